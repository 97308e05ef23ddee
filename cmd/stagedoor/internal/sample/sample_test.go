package sample

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCodePackage(t *testing.T) {
	t.Parallel()
	command := []string{"/bin/echo", "it's", "$HOME `x`"}
	first, err := codePackage(command)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := codePackage(command); err != nil || !bytes.Equal(first, second) {
		t.Errorf("a second package differs: %v", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	file := archive.File[0]
	if file.Name != "bootstrap" || file.Mode().Perm() != 0o755 {
		t.Errorf("%s has mode %s", file.Name, file.Mode())
	}
	content, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	script, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command("sh", "-c", string(script)).Output()
	if err != nil || string(output) != "it's $HOME `x`\n" {
		t.Errorf("%s prints %q: %v", script, output, err)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	output, err := answer([]byte(`{"resource":"/hello","path":"/hello","httpMethod":"GET","queryStringParameters":{"a":"b"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got reply
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatal(err)
	}
	want := reply{
		StatusCode: 200, Headers: map[string]string{"Content-Type": "application/json"},
		Body: `{"message":"Hello from Stagedoor","resource":"/hello","method":"GET","path":"/hello","query":{"a":"b"}}`,
	}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if _, err := answer([]byte("garbage")); err == nil {
		t.Error("garbage is answered")
	}
}
