// Package logs keeps the log lines of functions and serves the part of the CloudWatch
// Logs API that reads them: [Service.Append] takes lines, [Service.ServeHTTP] answers the
// AWS CLI, SDKs and Terraform.
//
// Records of groups and streams are in the store; events are in files of their own, one
// directory for each group, bounded in size, the oldest going first.
package logs
