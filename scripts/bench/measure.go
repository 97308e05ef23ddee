package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// startUp measures the time to the first answer and the memory of an idle process.
func (b *bench) startUp(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "stagedoor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var starts, sizes []float64
	for range b.rounds {
		p, err := b.emulator(ctx, "--data-dir", dir)
		if err != nil {
			return err
		}
		starts = append(starts, float64(p.ready.Microseconds())/1000)
		if size, err := residentMiB(p.cmd.Process.Pid); err == nil {
			sizes = append(sizes, size)
		}
		p.stop()
	}
	fmt.Printf("\n| start-up | median | target |\n| --- | ---: | ---: |\n")
	fmt.Printf("| start to first answer | %.1f ms | 50 ms |\n", median(starts))
	if len(sizes) > 0 {
		fmt.Printf("| resident memory, idle | %.1f MiB | 40 MiB |\n", median(sizes))
	}
	return nil
}

func residentMiB(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// longTemplate is a response template of 40 lines.
var longTemplate = "#set($names = ['a', 'b', 'c', 'd', 'e'])\n{\n" +
	strings.Repeat("  \"$context.resourcePath\": \"$context.requestId\",\n", 33) +
	"#foreach($name in $names)\n  \"$name\": $foreach.count#if($foreach.hasNext),#end\n\n#end\n}\n"

// requests measures MOCK against a bare server, HTTP_PROXY against a bare proxy.
func (b *bench) requests(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bare, stopBare, err := child(ctx, self, "-role", "bare")
	if err != nil {
		return err
	}
	defer stopBare()
	backend, stopBackend, err := child(ctx, self, "-role", "backend")
	if err != nil {
		return err
	}
	defer stopBackend()
	proxy, stopProxy, err := child(ctx, self, "-role", "proxy", "-backend", "http://"+backend)
	if err != nil {
		return err
	}
	defer stopProxy()
	p, err := b.emulator(ctx, "--ephemeral")
	if err != nil {
		return err
	}
	defer p.stop()

	mock, err := deploy(ctx, p.apiGateway(), answer, func(in *apigateway.PutIntegrationInput) {
		in.Type = types.IntegrationTypeMock
		in.RequestTemplates = map[string]string{"application/json": `{"statusCode": 200}`}
	})
	if err != nil {
		return err
	}
	templated, err := deploy(ctx, p.apiGateway(), longTemplate, func(in *apigateway.PutIntegrationInput) {
		in.Type = types.IntegrationTypeMock
		in.RequestTemplates = map[string]string{"application/json": `{"statusCode": 200}`}
	})
	if err != nil {
		return err
	}
	mapped, err := deploy(ctx, p.apiGateway(), `{"said": $input.json('$.message'), "id": "$context.requestId"}`, func(in *apigateway.PutIntegrationInput) {
		in.Type = types.IntegrationTypeHttp
		in.IntegrationHttpMethod = aws.String("POST")
		in.Uri = aws.String("http://" + backend + "/")
		in.RequestTemplates = map[string]string{"application/json": `{"path": "$context.resourcePath", "agent": "$context.identity.userAgent"}`}
		in.RequestParameters = map[string]string{"integration.request.header.X-Request": "context.requestId"}
	})
	if err != nil {
		return err
	}
	proxied, err := deploy(ctx, p.apiGateway(), "", func(in *apigateway.PutIntegrationInput) {
		in.Type = types.IntegrationTypeHttpProxy
		in.IntegrationHttpMethod = aws.String("GET")
		in.Uri = aws.String("http://" + backend + "/")
	})
	if err != nil {
		return err
	}
	fmt.Printf("\n| requests/s, 32 connections | Stagedoor | limit | ratio | target |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, row := range []struct {
		name, path, limit, target string
	}{
		{"MOCK / bare net/http server", mock, bare, "-"},
		{"MOCK with a template of 40 lines / bare net/http server", templated, bare, "-"},
		{"HTTP_PROXY / bare tuned ReverseProxy", proxied, proxy, "0.80"},
		{"HTTP with templates both ways / bare tuned ReverseProxy", mapped, proxy, "-"},
	} {
		rate, limit, ratio, err := b.compare(ctx, newLoad(p.address, p.address, row.path), newLoad(row.limit, row.limit, "/"))
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %s |\n", row.name, rate, limit, ratio, row.target)
	}
	return nil
}

// writes measures control-plane writes through the SDK, durable and in memory.
func (b *bench) writes(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "stagedoor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("\n| control-plane writes/s (UpdateRestApi through the SDK) | 1 client | 16 clients |\n| --- | ---: | ---: |\n")
	for _, row := range []struct {
		name string
		args []string
	}{
		{"durable (bbolt, fsync)", []string{"--data-dir", dir}},
		{"ephemeral", []string{"--ephemeral"}},
	} {
		p, err := b.emulator(ctx, row.args...)
		if err != nil {
			return err
		}
		one, errOne := b.writeRate(ctx, p, 1)
		many, errMany := b.writeRate(ctx, p, 16)
		p.stop()
		if err := errors.Join(errOne, errMany); err != nil {
			return err
		}
		fmt.Printf("| %s | %.0f | %.0f |\n", row.name, one, many)
	}
	return nil
}

func (b *bench) writeRate(ctx context.Context, p *process, clients int) (float64, error) {
	var count atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, clients)
	start := time.Now()
	for range clients {
		group.Go(func() {
			client := p.apiGateway()
			api, err := client.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("writes")})
			for err == nil && time.Since(start) < b.duration*2 {
				_, err = client.UpdateRestApi(ctx, &apigateway.UpdateRestApiInput{RestApiId: api.Id, PatchOperations: []types.PatchOperation{
					{Op: types.OpReplace, Path: aws.String("/description"), Value: aws.String(strconv.FormatInt(count.Add(1), 10))},
				}})
			}
			if err != nil {
				failures <- err
			}
		})
	}
	group.Wait()
	close(failures)
	return float64(count.Load()) / time.Since(start).Seconds(), <-failures
}
