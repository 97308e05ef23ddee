package lambdarunner

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// ruby runs ruby* functions with the embedded bootstrap on the interpreter of that
// version, else on the ruby that comes closest.
type ruby struct{}

const rubyProbe = `exit 1 if Gem::Version.new(RUBY_VERSION) < Gem::Version.new("2.7")
puts RbConfig.ruby, RUBY_VERSION`

func (ruby) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	version := strings.TrimPrefix(fn.Runtime, "ruby")
	it, ok := files.interpreters.lookUp(ctx, wanted{
		runtime: fn.Runtime,
		release: releaseOf(version, 2),
		candidates: append([]string{fn.Runtime, "ruby"}, installed(
			"$RBENV_ROOT|~/.rbenv|/versions/"+version+".*/bin/ruby",
			"~/.rvm/rubies/ruby-"+version+".*/bin/ruby",
			"~/.rubies/ruby-"+version+".*/bin/ruby",
			"/opt/rubies/ruby-"+version+".*/bin/ruby",
			"$ASDF_DATA_DIR|~/.asdf|/installs/ruby/"+version+".*/bin/ruby",
			"$MISE_DATA_DIR|~/.local/share/mise|/installs/ruby/"+version+".*/bin/ruby",
			"/opt/homebrew/opt/ruby@"+version+"/bin/ruby",
			"/usr/local/opt/ruby@"+version+"/bin/ruby",
		)...),
		probe: []string{"-e", rubyProbe},
	})
	if !ok {
		return command{}, &fault{
			Type: "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find an interpreter for " + fn.Runtime + ": install Ruby " +
				version + " so that " + fn.Runtime + " or ruby is on PATH",
		}
	}
	dir := filepath.Join(files.dir, "ruby")
	runtime := at.runtime(dir)
	return command{
		path:           it.path,
		interpreterDir: filepath.Dir(it.path),
		args:           []string{filepath.Join(runtime, "bootstrap.rb")},
		version:        runtimeVersion("ruby", it.version, 2),
		runtimeDir:     runtime, runtimeFiles: dir,
		variables: rubyVariables(at, it.version),
		managed:   true,
	}, nil
}

// rubyVariables say where gems and files are looked for. Gems lie in the directory
// of the version that bundler made them for, which is the interpreter's.
func rubyVariables(at place, version string) map[string]string {
	minor := version[:max(strings.LastIndex(version, "."), 0)] + ".0"
	return map[string]string{
		"GEM_PATH": joinPaths([]string{filepath.Join(at.task, "vendor", "bundle", "ruby", minor)}, at.inOpt("ruby", "gems", minor)),
		"RUBYLIB":  joinPaths([]string{at.task}, at.inOpt("ruby", "lib")),
	}
}
