package logs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	// TargetPrefix stands before the operation's name in X-Amz-Target.
	TargetPrefix = "Logs_20140328."
	contentType  = "application/x-amz-json-1.1"
	// maxRequestBytes is AWS's limit of a PutLogEvents request, with room for JSON.
	maxRequestBytes = 4 << 20
)

// operation decodes its input and runs.
type operation func(s *Service, ctx context.Context, scope store.Scope, body []byte) (any, error)

// operations are those that there are, by name.
var operations = map[string]operation{
	"CreateLogGroup":        bind((*Service).createLogGroup),
	"DeleteLogGroup":        bind((*Service).deleteLogGroup),
	"DescribeLogGroups":     bind((*Service).describeLogGroups),
	"CreateLogStream":       bind((*Service).createLogStream),
	"DeleteLogStream":       bind((*Service).deleteLogStream),
	"DescribeLogStreams":    bind((*Service).describeLogStreams),
	"PutLogEvents":          bind((*Service).putLogEvents),
	"GetLogEvents":          bind((*Service).getLogEvents),
	"FilterLogEvents":       bind((*Service).filterLogEvents),
	"PutRetentionPolicy":    bind((*Service).putRetentionPolicy),
	"DeleteRetentionPolicy": bind((*Service).deleteRetentionPolicy),
	"ListTagsForResource":   bind((*Service).listTagsForResource),
	"ListTagsLogGroup":      bind((*Service).listTagsLogGroup),
	"TagResource":           bind((*Service).tagResource),
	"UntagResource":         bind((*Service).untagResource),
}

// bind makes an operation of a method.
func bind[In any, Out any](method func(*Service, context.Context, store.Scope, *In) (Out, error)) operation {
	return func(s *Service, ctx context.Context, scope store.Scope, body []byte) (any, error) {
		in := new(In)
		if err := json.Unmarshal(body, in); err != nil {
			return nil, notJSON(err)
		}
		return method(s, ctx, scope, in)
	}
}

func notJSON(err error) error {
	return wire.NewError(http.StatusBadRequest, "SerializationException", "The request body is no JSON of the operation: "+err.Error())
}

// liveTail is the operation whose response is a stream of events.
const liveTail = "StartLiveTail"

// ServeHTTP answers an operation of the CloudWatch Logs API (JSON protocol 1.1).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix)
	run, ok := operations[name]
	if !ok && name != liveTail {
		s.answer(w, r, nil, wire.NewError(http.StatusNotImplemented, "NotImplementedException", "Stagedoor does not implement CloudWatch Logs "+name+" yet"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		s.answer(w, r, nil, wire.NewError(http.StatusRequestEntityTooLarge, "InvalidParameterException", "The request is too large."))
		return
	}
	if name == liveTail {
		if err := s.startLiveTail(r.Context(), w, s.scopeOf(r), body); err != nil {
			s.answer(w, r, nil, err)
		}
		return
	}
	out, err := run(s, r.Context(), s.scopeOf(r), body)
	s.answer(w, r, out, err)
}

// answer sends the output of an operation, or its error.
func (s *Service) answer(w http.ResponseWriter, r *http.Request, out any, err error) {
	status := http.StatusOK
	if err != nil {
		failure, ok := errors.AsType[*wire.Error](err)
		if !ok {
			s.config.Logger.Error("CloudWatch Logs operation failed", "request_id", wire.RequestID(r.Context()), "error", err)
			failure = wire.NewError(http.StatusInternalServerError, "ServiceUnavailableException", "The service cannot complete the request.")
		}
		status = failure.Status
		out = map[string]string{"__type": failure.Code, "message": failure.Message}
		w.Header().Set("X-Amzn-ErrorType", failure.Code)
	}
	body, err := json.Marshal(out)
	if err != nil { // cannot be: the outputs are plain
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", contentType)
	w.Header()["x-amzn-RequestId"] = []string{wire.RequestID(r.Context())}
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the client is gone
}

// scopeOf returns the account and region that a request is for.
func (s *Service) scopeOf(r *http.Request) store.Scope {
	scope := store.Scope{Account: s.config.DefaultAccount, Region: s.config.DefaultRegion}
	if credential, signed := wire.ParseCredential(r); signed {
		if credential.Region != "" {
			scope.Region = credential.Region
		}
		if len(credential.AccessKeyID) == len("000000000000") && strings.Trim(credential.AccessKeyID, "0123456789") == "" {
			scope.Account = credential.AccessKeyID
		}
	}
	return scope
}

func invalid(message string) error {
	return wire.NewError(http.StatusBadRequest, "InvalidParameterException", message)
}

func noGroup() error {
	return wire.NewError(http.StatusBadRequest, "ResourceNotFoundException", "The specified log group does not exist.")
}

func noStream() error {
	return wire.NewError(http.StatusBadRequest, "ResourceNotFoundException", "The specified log stream does not exist.")
}
