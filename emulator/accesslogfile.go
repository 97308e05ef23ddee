package emulator

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// accessLogFile is a file that gets the access log lines of all stages. A nil one gets none.
type accessLogFile struct {
	logger *slog.Logger
	// mu keeps lines whole.
	mu   sync.Mutex
	file *os.File
	// failed tells that an error was logged: one is enough.
	failed bool
}

// openAccessLogFile opens a file to append to, and makes it if need be; it returns nil
// without a name.
func openAccessLogFile(name string, logger *slog.Logger) (*accessLogFile, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // nil is the file that gets nothing
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: access log: %w", ErrConfig, err)
	}
	return &accessLogFile{file: file, logger: logger}, nil
}

// oneLine keeps what clients send from making lines of its own.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

func (f *accessLogFile) write(line string) {
	if f == nil {
		return
	}
	text := oneLine.Replace(strings.TrimRight(line, "\r\n")) + "\n"
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := f.file.WriteString(text); err != nil && !f.failed {
		f.failed = true
		f.logger.Error("access log file cannot be written", "file", f.file.Name(), "error", err)
	}
}

func (f *accessLogFile) Close() error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Close()
}
