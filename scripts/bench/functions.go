package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const proxyAnswer = `{"statusCode":200,"body":"{\"message\":\"hello\"}"}`

// bootstrap is the function of both contenders: the smallest runtime loop that
// net/http allows, answering every event with the same proxy response.
func bootstrap() error {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(base + "next")
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, next.Body)
		next.Body.Close()
		if err != nil {
			return err
		}
		done, err := http.Post(base+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader(proxyAnswer))
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, done.Body)
		done.Body.Close()
	}
}

// bareRuntime is the limit of a warm invocation: a net/http server whose handler
// hands each request to the same bootstrap through the least possible Runtime API.
func bareRuntime() (http.Handler, func(), error) {
	events, results := make(chan []byte), make(chan []byte)
	api := http.NewServeMux()
	api.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case event := <-events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			_, _ = w.Write(event)
		case <-r.Context().Done():
		}
	})
	api.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.WriteHeader(http.StatusAccepted)
		results <- body
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: api, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, "-role", "bootstrap")
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	event := bytes.Repeat([]byte("e"), 1500) // about the size of a proxy event
	front := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		events <- event
		<-results
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer))
	})
	return front, func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = server.Close() }, nil
}

// functions measures a warm AWS_PROXY invocation, one at a time.
func (b *bench) functions(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	handler, stop, err := bareRuntime()
	if err != nil {
		return err
	}
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	p, err := b.emulator(ctx, "--ephemeral", "--lambda-permissions", "off")
	if err != nil {
		return err
	}
	defer p.stop()
	code, err := zipFile("bootstrap", "#!/bin/sh\nexec "+self+" -role bootstrap\n")
	if err != nil {
		return err
	}
	function, err := p.lambda().CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("bench"), Role: aws.String("arn:aws:iam::000000000000:role/bench"),
		Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: code},
	})
	if err != nil {
		return err
	}
	path, err := deploy(ctx, p.apiGateway(), "", func(in *apigateway.PutIntegrationInput) {
		in.Type = apitypes.IntegrationTypeAwsProxy
		in.IntegrationHttpMethod = aws.String("POST")
		in.Uri = aws.String(functionURI(aws.ToString(function.FunctionArn)))
	})
	if err != nil {
		return err
	}
	contender, limit := newLoad(p.address, p.address, path), newLoad(listener.Addr().String(), listener.Addr().String(), "/")
	contender.connections, limit.connections = 1, 1
	rate, bareRate, ratio, err := b.compare(ctx, contender, limit)
	if err != nil {
		return err
	}
	fmt.Printf("\n| warm Lambda proxy call, one at a time | Stagedoor | bare runtime loop | latency ratio |\n| --- | ---: | ---: | ---: |\n")
	fmt.Printf("| GET through AWS_PROXY | %.0f µs | %.0f µs | %.2f |\n", 1e6/rate, 1e6/bareRate, 1/ratio)
	return nil
}

func zipFile(name, content string) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := archive.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(file, content); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
