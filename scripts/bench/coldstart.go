package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// coldStarts are the runtimes whose first invocation is measured, against their
// interpreter doing nothing.
var coldStarts = []struct {
	runtime       types.Runtime
	handler, file string
	code          string
	nothing       []string
	// path prints the path of the interpreter: what is on PATH may be a slow shim.
	path []string
}{
	{types.RuntimePython312, "app.handler", "app.py", "def handler(event, context):\n    return 1\n", []string{"python3", "-c", "pass"}, []string{"-c", "import sys; print(sys.executable, end='')"}},
	{types.RuntimeNodejs20x, "index.handler", "index.js", "exports.handler = async () => 1;\n", []string{"node", os.DevNull}, []string{"-e", "process.stdout.write(process.execPath)"}},
	{types.RuntimeRuby33, "app.handler", "app.rb", "def handler(event:, context:) = 1\n", []string{"ruby", "-e", "0"}, []string{"-e", "print RbConfig.ruby"}},
}

// coldStart measures the first invocation of a function, and how many processes a
// thousand functions need that nobody calls: none.
func (b *bench) coldStart(ctx context.Context) error {
	p, err := b.emulator(ctx, "--ephemeral")
	if err != nil {
		return err
	}
	defer p.stop()
	client := p.lambda()
	fmt.Printf("\n| first invocation of a function | Stagedoor | interpreter that does nothing | ratio | target |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, row := range coldStarts {
		if _, err := exec.LookPath(row.nothing[0]); err != nil {
			continue
		}
		path, err := exec.CommandContext(ctx, row.nothing[0], row.path...).Output()
		if err != nil {
			return err
		}
		nothing := append([]string{string(path)}, row.nothing[1:]...)
		took, least, ratio, err := b.compareColdStart(ctx, client, string(row.runtime), func(ctx context.Context, n int) error {
			archive, err := zipped(row.file, row.code+fmt.Sprintf("%s %d\n", comment(row.file), n))
			if err != nil {
				return err
			}
			_, err = client.CreateFunction(ctx, &lambda.CreateFunctionInput{
				FunctionName: aws.String(string(row.runtime[:4]) + "-" + strconv.Itoa(n)), Runtime: row.runtime, Handler: aws.String(row.handler),
				Role: aws.String("arn:aws:iam::000000000000:role/bench"), Code: &types.FunctionCode{ZipFile: archive},
			})
			return err
		}, nothing)
		if err != nil {
			return fmt.Errorf("%s: %w", row.runtime, err)
		}
		fmt.Printf("| %s | %.0f ms | %.0f ms | %.2f | 2.0 |\n", row.runtime, took, least, ratio)
	}
	return b.thousand(ctx)
}

// compareColdStart invokes new functions and starts the interpreter in turns; times are
// in milliseconds.
func (b *bench) compareColdStart(
	ctx context.Context, client *lambda.Client, runtime string, create func(context.Context, int) error, nothing []string,
) (took, least, ratio float64, err error) {
	var times, limits, ratios []float64
	for n := range 2*b.rounds + 1 {
		if err := create(ctx, n); err != nil {
			return 0, 0, 0, err
		}
		name := runtime[:4] + "-" + strconv.Itoa(n)
		if err := lambda.NewFunctionActiveV2Waiter(client).Wait(ctx, &lambda.GetFunctionInput{FunctionName: &name}, time.Minute); err != nil {
			return 0, 0, 0, err
		}
		start := time.Now()
		if _, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name}); err != nil {
			return 0, 0, 0, err
		}
		got := float64(time.Since(start).Microseconds()) / 1000
		start = time.Now()
		if err := exec.CommandContext(ctx, nothing[0], nothing[1:]...).Run(); err != nil {
			return 0, 0, 0, err
		}
		want := float64(time.Since(start).Microseconds()) / 1000
		if n > 0 { // the first finds the interpreter
			times, limits, ratios = append(times, got), append(limits, want), append(ratios, got/want)
		}
	}
	return median(times), median(limits), median(ratios), nil
}

// thousand registers functions that nobody calls and counts processes.
func (b *bench) thousand(ctx context.Context) error {
	p, err := b.emulator(ctx, "--ephemeral")
	if err != nil {
		return err
	}
	defer p.stop()
	archive, err := zipped("app.py", coldStarts[0].code)
	if err != nil {
		return err
	}
	client := p.lambda()
	before, _ := residentMiB(p.cmd.Process.Pid)
	for n := range 1000 {
		_, err := client.CreateFunction(ctx, &lambda.CreateFunctionInput{
			FunctionName: aws.String("fn-" + strconv.Itoa(n)), Runtime: types.RuntimePython312, Handler: aws.String("app.handler"),
			Role: aws.String("arn:aws:iam::000000000000:role/bench"), Code: &types.FunctionCode{ZipFile: archive},
		})
		if err != nil {
			return err
		}
	}
	after, err := residentMiB(p.cmd.Process.Pid)
	if err != nil {
		return nil // only Linux tells
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", p.cmd.Process.Pid, p.cmd.Process.Pid))
	if err != nil {
		return nil // only Linux tells
	}
	fmt.Printf("\n1,000 functions that nobody calls: %d processes of functions, %.1f MiB more memory.\n", len(bytes.Fields(children)), after-before)
	return nil
}

func comment(file string) string {
	if file == "index.js" {
		return "//"
	}
	return "#"
}

func zipped(name, content string) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	file, err := archive.Create(name)
	if err == nil {
		_, err = io.WriteString(file, content)
	}
	if err == nil {
		err = archive.Close()
	}
	return buffer.Bytes(), err
}
