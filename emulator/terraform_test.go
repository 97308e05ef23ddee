package emulator_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// Terraform itself, where it and its provider are installed: each configuration of
// testdata/terraform applies, is updated and goes back, each time with a clean plan
// afterwards, and is destroyed.
func TestTerraformConfigurations(t *testing.T) {
	provider := os.Getenv("STAGEDOOR_TERRAFORM_PROVIDER")
	if provider == "" {
		t.Skip("STAGEDOOR_TERRAFORM_PROVIDER does not name the directory of terraform-provider-aws")
	}
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip(err)
	}
	settings := filepath.Join(t.TempDir(), "terraformrc")
	text := "provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = \"" + filepath.ToSlash(provider) + "\"\n  }\n  direct {}\n}\n"
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rest", "http", "websocket", "function"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Config{})
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", "terraform", name))); err != nil {
				t.Fatal(err)
			}
			run := func(args ...string) {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), terraform, append(args, "-no-color", "-input=false")...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "AWS_ENDPOINT_URL="+e.URL(),
					"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true")
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				if err := cmd.Run(); err != nil {
					t.Fatalf("terraform %v: %v\n%s", args, err, out.Bytes())
				}
			}
			for _, changed := range []string{"false", "true", "false"} {
				run("apply", "-auto-approve", "-var", "changed="+changed)
				run("plan", "-detailed-exitcode", "-var", "changed="+changed) // 2 for a plan that is not clean
			}
			run("destroy", "-auto-approve")
		})
	}
}
