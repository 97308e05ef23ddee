package emulator

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// codeStore loads code packages by the base64 of their SHA-256.
type codeStore interface {
	Load(ctx context.Context, sha256 string) ([]byte, error)
}

// code serves the code packages that Code.Location of GetFunction points to.
type code struct {
	packages codeStore
	logger   *slog.Logger
}

// codeURL returns where the package with the given CodeSha256 is served.
func codeURL(base, sha256 string) string {
	digest, err := base64.StdEncoding.DecodeString(sha256)
	if err != nil {
		return ""
	}
	return base + codePath + base64.RawURLEncoding.EncodeToString(digest)
}

func (c *code) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	digest, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(r.URL.Path, codePath))
	var zip []byte
	if err == nil {
		zip, err = c.packages.Load(r.Context(), base64.StdEncoding.EncodeToString(digest))
	}
	if err != nil {
		c.logger.Debug("no such code package", "path", r.URL.Path, "error", err)
		writeFailure(w, r, "", wire.NotFound("There is no such code package."))
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Length", strconv.Itoa(len(zip)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(zip) //nolint:gosec // a zip by its type, which browsers do not second-guess
}
