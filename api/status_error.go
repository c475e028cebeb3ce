package api

import "github.com/avloom/avloom/internal/upload"

// StatusError is what a server of http or https answered to an upload that it would not have, or
// has not taken: errors.As finds it in the errors of Open and of all later calls. Code is the
// status, 507 for instance; Status is the status with its name, "507 Insufficient Storage"; Text is
// what the server said about it in plain text or JSON, on one line and at most 300 bytes, "" where
// it said nothing. Text and Status are as the server sent them: only the error's own words leave
// out what may be secret.
type StatusError = upload.StatusError
