// Package upload writes the body of an HTTP request as it comes, through net/http.
//
//	u, err := upload.Start(ctx, url, config) // connects, and asks the server whether it takes the upload
//	n, err := u.Write(p)                     // returns when p has been sent
//	err = u.Close()                          // ends the body and waits for the server's answer
//
// An upload has succeeded when Close returns nil: the server has taken the whole body and answered
// with a status from 200 to 299. Whatever else the server answers is a *StatusError of the call
// that is under way and of all after it.
//
// # Redirects
//
// Start asks with "Expect: 100-continue", as curl does, so a server can refuse or redirect an
// upload before anything of it has been sent. A server that does not know the question is sent the
// body after a second. Redirects with 301, 302, 307 and 308 are followed as long as nothing of the
// body has been sent, and always with the same method: a GET, which browsers make of a POST, would
// upload nothing. 303 says that the answer is elsewhere, not the place for the upload, and is an
// error. So is every redirect that comes later, and one from https to http.
//
// # Goroutines
//
// net/http answers while the body is still being read, so the request has a goroutine of its own,
// beside those of net/http. All of them end with Close.
package upload
