// Command bootstrap is a custom runtime in Go for the tests of the function
// runner. It runs the Runtime API's loop by hand; the handler string chooses
// what it does with an event.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Getenv("_HANDLER")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(handler string) error {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	switch handler {
	case "init.error":
		return post(api+"init/error", []byte(`{"errorType":"My.InitError","errorMessage":"cannot start"}`), "My.InitError")
	case "init.error.stay":
		if err := post(api+"init/error", []byte(`{"errorType":"My.InitError","errorMessage":"stays"}`), "My.InitError"); err != nil {
			return err
		}
		<-time.After(time.Hour)
	case "init.exit":
		fmt.Println("giving up")
		os.Exit(4)
	case "init.hang":
		<-time.After(time.Hour)
	case "init.slow":
		<-time.After(300 * time.Millisecond)
	}
	for {
		id, event, err := next(api)
		if err != nil {
			return err
		}
		if err := serve(api, handler, id, event); err != nil {
			return err
		}
	}
}

func next(api string) (id string, event []byte, err error) {
	res, err := http.Get(api + "invocation/next")
	if err != nil {
		return "", nil, err
	}
	defer res.Body.Close()
	event, err = io.ReadAll(res.Body)
	return res.Header.Get("Lambda-Runtime-Aws-Request-Id"), event, err
}

func serve(api, handler, id string, event []byte) error {
	invocation := api + "invocation/" + id
	switch handler {
	case "error":
		return post(invocation+"/error", []byte(`{"errorType":"My.Error","errorMessage":"no luck"}`), "My.Error")
	case "error.empty":
		return post(invocation+"/error", nil, "My.Error")
	case "garbage":
		fmt.Print("\x00\xff garbage \x1b[2J without end")
		return post(invocation+"/response", []byte("not json {"), "")
	case "exit.zero":
		os.Exit(0)
	case "signal":
		return syscall.Kill(os.Getpid(), syscall.SIGSEGV)
	case "hang":
		<-time.After(time.Hour)
	case "answer.exit":
		if err := post(invocation+"/response", event, ""); err != nil {
			return err
		}
		os.Exit(0)
	case "answer.late":
		if err := post(invocation+"/response", event, ""); err != nil {
			return err
		}
		<-time.After(200 * time.Millisecond)
		return nil
	case "large":
		return post(invocation+"/response", bytes.Repeat([]byte("x"), 7<<20), "")
	case "grandchild":
		child := exec.Command("sleep", "600")
		if err := child.Start(); err != nil {
			return err
		}
		return post(invocation+"/response", fmt.Appendf(nil, `{"pid":%d,"child":%d}`, os.Getpid(), child.Process.Pid), "")
	case "matrix":
		return matrix(invocation, event)
	case "wrong":
		return wrong(api, invocation, event)
	}
	return post(invocation+"/response", event, "")
}

// wrong makes every call that is not allowed now, and answers with the statuses.
func wrong(api, invocation string, event []byte) error {
	var statuses []int
	for _, call := range []struct{ method, url string }{
		{http.MethodGet, api + "invocation/next"},
		{http.MethodPost, api + "init/error"},
		{http.MethodPost, api + "invocation/00000000-0000-0000-0000-000000000000/response"},
		{http.MethodPost, api + "unknown"},
		{http.MethodGet, invocation + "/response"},
	} {
		req, err := http.NewRequest(call.method, call.url, bytes.NewReader(event))
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
	if err := post(invocation+"/response", fmt.Appendf(nil, "%q", fmt.Sprint(statuses)), ""); err != nil {
		return err
	}
	if err := post(invocation+"/response", event, ""); err == nil {
		return errors.New("the second response was accepted")
	}
	return nil
}

func post(url string, body []byte, errorType string) error {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if errorType != "" {
		req.Header.Set("Lambda-Runtime-Function-Error-Type", errorType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode == http.StatusRequestEntityTooLarge {
		fmt.Println("refused: too large")
		return nil
	}
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("%s: %s", url, res.Status)
	}
	return nil
}
