package logs

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestAppendSurvivesReopening(t *testing.T) {
	t.Parallel()
	records, dir := memory.New(), t.TempDir()
	scope := store.Scope{Account: "000000000000", Region: "us-east-1"}
	for round := range 2 {
		s, err := New(Config{Store: records, Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			s.Append(scope, "/aws/lambda/f", "s", time.UnixMilli(int64(i)), fmt.Sprintf("%d-%d", round, i))
		}
		got, err := s.read(t.Context(), scope, "/aws/lambda/f", 0, math.MaxInt64, func(*event) bool { return true })
		if err != nil || len(got) != 100*(round+1) {
			t.Fatalf("round %d: %d events, %v", round, len(got), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*", "*.log"))
		if len(files) != 1 {
			t.Fatalf("files %v", files)
		}
		file, err := os.OpenFile(files[0], os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(`{"s":"torn`); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
