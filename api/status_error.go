package api

import "github.com/avloom/avloom/internal/upload"

// StatusError is the answer of an HTTP server that refused an upload, or that did not store it.
// errors.As finds it in the errors of Open and of all later calls. Code is the status, for example
// 507. Status is the status with its name, "507 Insufficient Storage". Text is the plain text or
// JSON that the server sent with it, on one line and at most 300 bytes, or "". Text and Status are
// as the server sent them; only the words of Error leave out possible secrets.
type StatusError = upload.StatusError
