package executionlog

// Level is how much of the exchanges of a method or a route is logged.
type Level uint8

// The levels, each with all that those before it log.
const (
	Off Level = iota
	// Errors is why exchanges failed.
	Errors
	// Steps is what happened, without the messages.
	Steps
	// All has the messages as well: data tracing.
	All
)

// LevelOf returns the level of a loggingLevel ("OFF", "ERROR", "INFO") and of data tracing,
// which needs INFO.
func LevelOf(loggingLevel string, dataTrace bool) Level {
	switch {
	case loggingLevel == "INFO" && dataTrace:
		return All
	case loggingLevel == "INFO":
		return Steps
	case loggingLevel == "ERROR":
		return Errors
	default:
		return Off
	}
}
