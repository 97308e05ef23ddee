package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestPolicyAllows(t *testing.T) {
	t.Parallel()
	const source = "arn:aws:execute-api:eu-west-1:111111111111:abc123/dev/GET/pets"
	gateway := access{service: apiGateway, sourceARN: source}
	anybody := access{urlAuth: types.FunctionUrlAuthTypeNone}
	tests := map[string]struct {
		statement statementRecord
		access    access
		want      bool
	}{
		"the service":                   {statementRecord{Action: invokeAction, Principal: apiGateway}, gateway, true},
		"every one":                     {statementRecord{Action: invokeAction, Principal: "*"}, gateway, true},
		"all actions of lambda":         {statementRecord{Action: "lambda:*", Principal: apiGateway}, gateway, true},
		"another action":                {statementRecord{Action: "lambda:GetFunction", Principal: apiGateway}, gateway, false},
		"another service":               {statementRecord{Action: invokeAction, Principal: "s3.amazonaws.com"}, gateway, false},
		"source fits":                   {statementRecord{Action: invokeAction, Principal: apiGateway, SourceArn: aws.String("arn:aws:execute-api:eu-west-1:111111111111:abc123/*/*")}, gateway, true},
		"source does not fit":           {statementRecord{Action: invokeAction, Principal: apiGateway, SourceArn: aws.String("arn:aws:execute-api:eu-west-1:111111111111:other/*/*")}, gateway, false},
		"source account":                {statementRecord{Action: invokeAction, Principal: apiGateway, SourceAccount: aws.String("111111111111")}, gateway, true},
		"another source account":        {statementRecord{Action: invokeAction, Principal: apiGateway, SourceAccount: aws.String("222222222222")}, gateway, false},
		"one condition of two":          {statementRecord{Action: invokeAction, Principal: apiGateway, SourceAccount: aws.String("222222222222"), SourceArn: aws.String(source)}, gateway, false},
		"event source token":            {statementRecord{Action: invokeAction, Principal: apiGateway, EventSourceToken: aws.String("t")}, gateway, false},
		"organization":                  {statementRecord{Action: invokeAction, Principal: "*", PrincipalOrgID: aws.String("o-abcdefghij")}, gateway, false},
		"function URL only":             {statementRecord{Action: invokeAction, Principal: "*", InvokedViaFunctionUrl: aws.Bool(true)}, gateway, false},
		"URL: only one of two actions":  {statementRecord{Action: invokeURLAction, Principal: "*", FunctionUrlAuthType: types.FunctionUrlAuthTypeNone}, anybody, false},
		"URL: both actions":             {statementRecord{Action: "lambda:*", Principal: "*", FunctionUrlAuthType: types.FunctionUrlAuthTypeNone}, anybody, true},
		"URL: another way to authorize": {statementRecord{Action: "lambda:*", Principal: "*", FunctionUrlAuthType: types.FunctionUrlAuthTypeAwsIam}, anybody, false},
		"URL: for an account":           {statementRecord{Action: "lambda:*", Principal: "222222222222"}, anybody, false},
		"URL: not by a URL":             {statementRecord{Action: "lambda:*", Principal: "*", InvokedViaFunctionUrl: aws.Bool(false)}, anybody, false},
		"account":                       {statementRecord{Action: invokeAction, Principal: "222222222222"}, access{account: "222222222222"}, true},
		"account by its root":           {statementRecord{Action: invokeAction, Principal: "arn:aws:iam::222222222222:root"}, access{account: "222222222222"}, true},
		"one role is not its account":   {statementRecord{Action: invokeAction, Principal: "arn:aws:iam::222222222222:role/x"}, access{account: "222222222222"}, false},
		"another account":               {statementRecord{Action: invokeAction, Principal: "222222222222"}, access{account: "333333333333"}, false},
		"a source that no account has":  {statementRecord{Action: invokeAction, Principal: "*", SourceArn: aws.String("arn:aws:execute-api:*:*:*")}, access{account: "222222222222"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compilePolicy(&policyRecord{Statements: []statementRecord{tt.statement}})
			if got := p.allows(tt.access); got != tt.want {
				t.Errorf("allows = %v", got)
			}
		})
	}
	if (*policy)(nil).allows(gateway) {
		t.Error("no policy allows")
	}
}
