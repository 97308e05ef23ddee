package emulator

import "errors"

// Errors of [Start], to be tested with [errors.Is]. Their texts, as wrapped by Start,
// say which setting is concerned.
var (
	// ErrConfig says that a setting is not usable.
	ErrConfig = errors.New("bad configuration")
	// ErrAddressInUse says that another program listens on the address.
	ErrAddressInUse = errors.New("address in use")
	// ErrDataDirLocked says that another emulator uses the data directory.
	ErrDataDirLocked = errors.New("data directory in use")
	// ErrUnreadableData says that the database is damaged, or is none.
	ErrUnreadableData = errors.New("database cannot be read")
)
