package pipeline

// CallerName is the name in EdgeStats of the callers who feed a stream.
const CallerName = "input"
