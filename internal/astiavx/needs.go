package astiavx

// What has to be there to build this package, and all that import it; where it is missing, the go command's error holds
// the name of the folder. Files with cgo cannot import them, since they are left out where cgo is off.
import (
	_ "github.com/avloom/avloom/internal/needs/ffmpeg-9--run-scripts-ffmpeg.sh-setup"
	_ "github.com/avloom/avloom/internal/needs/linux-with-cgo--see-README"
)
