package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// process is a running emulator.
type process struct {
	address string
	url     string
	cmd     *exec.Cmd
	// ready is the time from the start of the process to its first answer.
	ready time.Duration
}

// emulator starts the binary and waits for its first answer.
func (b *bench) emulator(ctx context.Context, args ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.binary, append([]string{"start", "--listen", address, "--log-level", "error"}, args...)...)
	var messages bytes.Buffer
	cmd.Stderr = &messages
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{address: address, url: "http://" + address, cmd: cmd}
	client := &http.Client{Timeout: time.Second}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/_stagedoor/health", nil)
		if err != nil {
			p.stop()
			return nil, err
		}
		response, err := client.Do(request)
		if err == nil {
			response.Body.Close()
			p.ready = time.Since(start)
			return p, nil
		}
		if ctx.Err() != nil || time.Since(start) > 10*time.Second {
			p.stop()
			return nil, errors.Join(errors.New("the emulator does not answer"), err, errors.New(messages.String()))
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait()
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func (p *process) config() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(p.url),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

func (p *process) apiGateway() *apigateway.Client { return apigateway.NewFromConfig(p.config()) }

func (p *process) lambda() *lambda.Client { return lambda.NewFromConfig(p.config()) }

// deploy makes an API with one GET method on its root and returns the path that invokes
// it. Integrations that are no proxies answer with the response template.
func deploy(ctx context.Context, client *apigateway.Client, template string, put func(*apigateway.PutIntegrationInput)) (string, error) {
	api, err := client.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("bench")})
	if err != nil {
		return "", err
	}
	method := &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")}
	if _, err := client.PutMethod(ctx, method); err != nil {
		return "", err
	}
	integration := &apigateway.PutIntegrationInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET")}
	put(integration)
	if _, err := client.PutIntegration(ctx, integration); err != nil {
		return "", err
	}
	if integration.Type == "MOCK" || integration.Type == "HTTP" {
		_, err := client.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{
			RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
			ResponseTemplates: map[string]string{"application/json": template},
		})
		if err != nil {
			return "", err
		}
		_, err = client.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{
			RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		})
		if err != nil {
			return "", err
		}
	}
	if _, err := client.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")}); err != nil {
		return "", err
	}
	return "/restapis/" + url.PathEscape(aws.ToString(api.Id)) + "/dev/_user_request_/", nil
}

func functionURI(arn string) string {
	return fmt.Sprintf("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/%s/invocations", arn)
}
