// Package function is the control plane of AWS Lambda: functions, versions,
// aliases, layers, tags, resource policies, reserved and provisioned concurrency,
// event invoke configurations with their destinations, function URLs as far as
// they are configuration, and Invoke.
//
// It runs nothing itself. A [Runner] runs functions, [Packages] keeps their code,
// [Objects] reads code from Amazon S3; all are declared here and given to [New].
// What a runner may lack is refused and not ignored, see capabilities.go.
// [Service] has one method for each operation, with the SDK client's signature
// less the options, and [Service.InvokeFunction] for API Gateway.
//
// Start reading at service.go, then records.go for what is stored and index.go
// for what an invocation finds: a request that changes something is one
// transaction, whose commit the index sees through the store's change feed; an
// invocation reads the index only.
//
// Behaviour whose exact wording no recording proves is marked Unverified.
package function
