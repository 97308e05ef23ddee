package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// InvokeFunctionURL invokes the function of a URL for somebody unknown: the function's
// policy has to let everybody call both the URL and the function (AWS, "Control access
// to Lambda function URLs"). Errors are those of Invoke, and AccessDeniedException.
func (s *Service) InvokeFunctionURL(ctx context.Context, url *deployed.FunctionURL, event []byte) (*lambda.InvokeOutput, error) {
	r, err := s.permitURL(url)
	if err != nil {
		return nil, err
	}
	return s.invoke(ctx, r, &lambda.InvokeInput{Payload: event})
}

// permitURL refuses the function of a URL that not everybody may call.
func (s *Service) permitURL(url *deployed.FunctionURL) (reference, error) {
	r := reference{scope: store.Scope{Account: url.Account, Region: url.Region}, name: url.FunctionName, qualifier: url.Qualifier}
	if url.Config.AuthType == types.FunctionUrlAuthTypeAwsIam {
		return r, nil // whose signature it is was checked where the request came in
	}
	return r, s.authorize(r, access{urlAuth: url.Config.AuthType}, "anonymous")
}
