package httpapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
)

func TestTagsOfEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("$default")})
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("dev")})
	link := must(w, w.client.CreateVpcLink, &apigatewayv2.CreateVpcLinkInput{Name: aws.String("l"), SubnetIds: []string{"subnet-1"}}).VpcLinkId
	base := "arn:aws:apigateway:" + region + "::"
	for _, arn := range []string{base + "/apis/" + *api, base + "/apis/" + *api + "/stages/$default", base + "/apis/" + *api + "/stages/dev", base + "/vpclinks/" + *link} {
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, `200 {"tags":{}}`)
		must(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": "2", "c d/é": ""}})
		must(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"b": "3"}})
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, `200 {"tags":{"a":"1","b":"3","c d/é":""}}`)
		must(w, w.client.UntagResource, &apigatewayv2.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a", "c d/é", "none"}})
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, `200 {"tags":{"b":"3"}}`)
		many := map[string]string{}
		for i := range 50 {
			many[fmt.Sprint("k", i)] = ""
		}
		answers(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: many}, "400 BadRequestException: The number of tags exceeds the limit of 50")
		answers(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"aws:a": "b"}}, "400 BadRequestException: Tag keys cannot start with aws:")
	}
	if got := must(w, w.client.GetApi, &apigatewayv2.GetApiInput{ApiId: api}).Tags; got["b"] != "3" || len(got) != 1 {
		t.Errorf("tags of the API: %v", got)
	}
	for arn, want := range map[string]string{
		base + "/apis/none":                      "404 NotFoundException: Invalid API identifier specified 111111111111:none",
		base + "/apis/" + *api + "/stages/none":  "404 NotFoundException: Invalid stage identifier specified",
		base + "/vpclinks/none":                  "404 NotFoundException: Unable to find VpcLink with id: none",
		base + "/domainnames/none.example":       "404 NotFoundException: Invalid domain name identifier specified",
		base + "/apis/" + *api + "/routes/other": "400 BadRequestException: Invalid ARN specified in the request",
		"arn:aws:s3:::bucket":                    "400 BadRequestException: Invalid ARN specified in the request",
	} {
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, want)
		answers(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "b"}}, want)
		answers(w, w.client.UntagResource, &apigatewayv2.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}, want)
	}
}
