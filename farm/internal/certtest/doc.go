// Package certtest signs certificates for tests of TLS, and puts TLS before a server.
package certtest
