package deployed

import "github.com/aws/aws-sdk-go-v2/service/lambda/types"

// FunctionURL is a function URL as it is to be served.
type FunctionURL struct {
	// Account and Region own the function.
	Account, Region string
	// ID is the first label of the URL's host.
	ID string
	// FunctionName is the function's name, Qualifier an alias or empty.
	FunctionName, Qualifier string
	// Config has the settings; its FunctionArn names the alias if there is one.
	Config types.FunctionUrlConfig
}
