// Package cookbook holds recipes: settings for one use each, as a function to copy. The document
// docs/cookbook.md shows each of them, with the reason for each setting, who plays the result, how
// it was checked, and its limits.
//
// A recipe is whole: it needs nothing but the imports of its file. It takes the path of the file,
// the size of the pictures, and the pictures, which belong to the caller:
//
//	err := cookbook.LosslessRGB(ctx, "film.mkv", 640, 360, pictures)
//
// Pictures are R G B of 8 bits, row by row, unless the recipe says otherwise, at 30 a second. They
// come from an iterator, which may use the same memory for each of them. Copy the function into a
// program, and change what is different there: programs do not import this package.
//
// # How to add a recipe
//
//   - A file named after the use, with a function that has a doc comment of a sentence or two. The
//     function imports nothing of avloom but api, and calls no other function of this package. Copy
//     the form of a recipe that is there.
//   - A test file beside it. Its Example writes the film of film_test.go (pictures, film) through
//     printStreams, which prints what the system's ffprobe finds in the file. Its Test compares the
//     decoded file with the input by numbers (requireSame, requirePSNR, requireSound in
//     check_test.go), and ends with requirePlayers, which plays the file in the players that the
//     document names. What needs a page of its own begins with openInChromium.
//   - A section in docs/cookbook.md with the text of the function, in the form of the others, and a
//     link in its table of contents. The tests of docs compare the text with the source, and look
//     for the parts of the form.
package cookbook
