package astiavx

// These imports tell what this package, and so each package above it, needs to be built. Where
// something is missing, the go command's error contains the name of the imported folder, which says
// what to do. Files with cgo cannot contain the imports: where cgo is off they are not compiled.
import (
	_ "github.com/avloom/avloom/internal/needs/ffmpeg-9--run-scripts-ffmpeg.sh-setup"
	_ "github.com/avloom/avloom/internal/needs/linux-with-cgo--see-README"
)
