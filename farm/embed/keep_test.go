package embed

import (
	_ "github.com/avloom/avloom/api"
	_ "github.com/avloom/avloom/farm"
	_ "github.com/stretchr/testify/require"
	_ "go.temporal.io/api/enums/v1"
	_ "go.temporal.io/sdk/client"
	_ "go.temporal.io/server/temporal"
	_ "gocloud.dev/blob/fileblob"
)
