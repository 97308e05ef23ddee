package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
)

// newLogger returns a logger of the given level and format.
func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	lowest, ok := levels[level]
	if !ok {
		return nil, fmt.Errorf("--log-level is debug, info, warn or error, not %q", level)
	}
	switch format {
	case "pretty":
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: lowest, TimeFormat: time.TimeOnly, NoColor: !isTerminal(w)})), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: lowest})), nil
	default:
		return nil, fmt.Errorf("--log-format is pretty or json, not %q", format)
	}
}

// isTerminal reports whether colours make sense on w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
