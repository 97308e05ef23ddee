package deployed

import "io"

// ResponseStream takes the response of a function as it comes. It is used by one
// goroutine at a time.
//
// Each Write is passed on at once, and blocks until there is room for more: that
// is how a slow client slows the function down. What is written is not to be
// kept after the return. After an error of either method the stream gets
// nothing more, and the function, as on AWS, runs to its end.
type ResponseStream interface {
	// Begin is called once, before the first Write, when the function begins to
	// answer; contentType is what it called its response, empty when nothing. It is
	// not called for an invocation that fails before that.
	Begin(contentType string) error
	io.Writer
}
