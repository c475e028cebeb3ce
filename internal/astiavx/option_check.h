struct AVClass;

// avloom_check_option sets an option, of the class "own" or else of the class "shared", on an
// object that is thrown away, and logs nothing. It returns 0 or FFmpeg's error. If the value is a
// number or the name of one, it stores the number.
int avloom_check_option(
	const struct AVClass *own, const struct AVClass *shared, const char *name, const char *value, double *number);
