package function

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// policyRecord is the resource policy of a function, version or alias.
type policyRecord struct {
	Statements []statementRecord
}

// statementRecord is a statement of a resource policy, as AddPermission gave it.
// All statements allow.
type statementRecord struct {
	Sid       string
	Action    string
	Principal string
	Resource  string
	// The conditions; nil for none.
	SourceArn             *string
	SourceAccount         *string
	EventSourceToken      *string
	PrincipalOrgID        *string
	FunctionUrlAuthType   types.FunctionUrlAuthType
	InvokedViaFunctionUrl *bool
}

var (
	statementID    = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,100}$`)
	actionName     = regexp.MustCompile(`^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`)
	sourceARN      = regexp.MustCompile(`^arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)$`)
	servicePattern = regexp.MustCompile(`^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com)$`)
	iamARN         = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:(iam|sts)::\d{12}:\S+$`)
)

// newStatement checks what AddPermission was given. A statement is part of what
// guards a function, so that the model's patterns are checked here as well.
func newStatement(r reference, in *lambda.AddPermissionInput) (*statementRecord, error) {
	for _, member := range []struct {
		name, value string
		pattern     *regexp.Regexp
		optional    bool
	}{
		{"statementId", aws.ToString(in.StatementId), statementID, false},
		{"action", aws.ToString(in.Action), actionName, false},
		{"sourceArn", aws.ToString(in.SourceArn), sourceARN, in.SourceArn == nil},
	} {
		if !member.optional && !member.pattern.MatchString(member.value) {
			return nil, violation(member.name, member.value,
				"Member must satisfy regular expression pattern: "+strings.Trim(member.pattern.String(), "^$"))
		}
	}
	if in.SourceAccount != nil && !isAccount(*in.SourceAccount) {
		return nil, violation("sourceAccount", *in.SourceAccount, `Member must satisfy regular expression pattern: \d{12}`)
	}
	if !isPrincipal(aws.ToString(in.Principal)) {
		return nil, invalidParameter("The provided principal was invalid. Please check the principal and try again.")
	}
	return &statementRecord{
		Sid:                   *in.StatementId,
		Action:                *in.Action,
		Principal:             *in.Principal,
		Resource:              r.qualifiedARN(),
		SourceArn:             in.SourceArn,
		SourceAccount:         in.SourceAccount,
		EventSourceToken:      in.EventSourceToken,
		PrincipalOrgID:        in.PrincipalOrgID,
		FunctionUrlAuthType:   in.FunctionUrlAuthType,
		InvokedViaFunctionUrl: in.InvokedViaFunctionUrl,
	}, nil
}

func isPrincipal(p string) bool {
	return p == "*" || isAccount(p) || iamARN.MatchString(p) || servicePattern.MatchString(p)
}

// principalAccount is the account that an account or IAM principal belongs to.
func principalAccount(p string) string {
	if parts := strings.SplitN(p, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	if isAccount(p) {
		return p
	}
	return ""
}

// statementJSON is a statement as AWS prints it; the order of members is AWS's.
type statementJSON struct {
	Sid       string
	Effect    string
	Principal any
	Action    string
	Resource  string
	Condition *conditionJSON `json:",omitempty"`
}

type conditionJSON struct {
	StringEquals map[string]string `json:",omitempty"`
	ArnLike      map[string]string `json:",omitempty"`
	Bool         map[string]string `json:",omitempty"`
}

func (s *statementRecord) json() statementJSON {
	printed := statementJSON{Sid: s.Sid, Effect: "Allow", Action: s.Action, Resource: s.Resource}
	switch {
	case s.Principal == "*":
		printed.Principal = "*"
	case isAccount(s.Principal):
		printed.Principal = map[string]string{"AWS": rootOf(s.Principal)}
	case strings.HasPrefix(s.Principal, "arn:"):
		printed.Principal = map[string]string{"AWS": s.Principal}
	default:
		printed.Principal = map[string]string{"Service": s.Principal}
	}
	equals := map[string]string{}
	for key, value := range map[string]*string{
		"AWS:SourceAccount":       s.SourceAccount,
		"lambda:EventSourceToken": s.EventSourceToken,
		"aws:PrincipalOrgID":      s.PrincipalOrgID,
	} {
		if value != nil {
			equals[key] = *value
		}
	}
	if s.FunctionUrlAuthType != "" {
		equals["lambda:FunctionUrlAuthType"] = string(s.FunctionUrlAuthType)
	}
	condition := conditionJSON{StringEquals: equals}
	if s.SourceArn != nil {
		condition.ArnLike = map[string]string{"AWS:SourceArn": *s.SourceArn}
	}
	if s.InvokedViaFunctionUrl != nil {
		condition.Bool = map[string]string{"lambda:InvokedViaFunctionUrl": strconv.FormatBool(*s.InvokedViaFunctionUrl)}
	}
	if len(condition.StringEquals)+len(condition.ArnLike)+len(condition.Bool) > 0 {
		printed.Condition = &condition
	}
	return printed
}

// text is the statement as AddPermission answers with it.
func (s *statementRecord) text() (string, error) { return compact(s.json()) }

// document is the policy as GetPolicy answers with it.
func (p *policyRecord) document() (string, error) {
	document := struct {
		Version   string
		Id        string
		Statement []statementJSON
	}{Version: "2012-10-17", Id: "default"}
	for i := range p.Statements {
		document.Statement = append(document.Statement, p.Statements[i].json())
	}
	return compact(document)
}

// compact prints JSON as AWS does: without escapes for < > &, which stand in ARNs.
func compact(v any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("print policy: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
