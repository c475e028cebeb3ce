// Package upload writes the body of an HTTP request through net/http while the caller produces it.
//
//	u, err := upload.Start(ctx, url, config) // connects, and asks whether the server wants the body
//	n, err := u.Write(p)                     // returns when p has been sent
//	err = u.Close()                          // ends the body, and waits for the server's answer
//
// An upload has succeeded when Close returns nil: the server has taken the whole body, and has
// answered with a status from 200 to 299. Every other answer is a *StatusError, which the running
// call and all later ones return. The package stores nothing: an upload that fails cannot be
// repeated.
//
// # Redirects
//
// Start asks with "Expect: 100-continue", as curl does, so a server can refuse or redirect an
// upload before it has received any of it. A server that does not know the question receives the
// body after a second. Redirects with 301, 302, 307 and 308 are followed until the server has taken
// a part of the body, and always with the same method: a GET, which browsers make of a POST, would
// upload nothing. 303 is an error: it tells where the answer is, not where to upload. Later
// redirects are errors, too, and those from https to http.
//
// # Goroutines
//
// net/http returns the answer while the body is still being read, so the request has a goroutine of
// its own, besides those of net/http. All of them end with Close.
//
// # How to add to it
//
// An option: a row of the table in option.go, with a function that checks and sets it. An answer
// with a meaning of its own: a case of refused or accepted in attempt.go.
package upload
