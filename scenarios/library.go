package scenarios

import (
	"embed"
	"io/fs"
)

//go:embed library/*.sim.yaml
var library embed.FS

// Library is the scenario files that come with bedlam, all in one folder. They run those of package programs,
// and are the documentation of the format by example.
func Library() fs.FS {
	files, err := fs.Sub(library, "library")
	if err != nil {
		panic(err) // the folder is there: it was embedded
	}
	return files
}
