package restapi_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// counter says how many requests were counted on a day, whatever the key.
type counter map[string]int64

func (c counter) CountedRequests(_, _ string, day time.Time) int64 {
	return c[day.Format(time.DateOnly)]
}

// withQuota makes a plan with a quota and one key.
func (w *world) withQuota(quota types.QuotaSettings) (plan, key string) {
	w.t.Helper()
	plan = *must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("plan"), Quota: &quota}).Id
	key = *must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id
	must(w, w.client.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &key, KeyType: aws.String("API_KEY")})
	return plan, key
}

// The clock of a world stands at Tuesday, 2023-11-14.
func TestUsage(t *testing.T) {
	used := counter{"2023-11-11": 1, "2023-11-12": 2, "2023-11-13": 3, "2023-11-14": 4}
	for _, test := range []struct {
		name       string
		counter    restapi.UsageCounter
		quota      types.QuotaSettings
		start, end string
		want       string
	}{
		{"nothing counted", nil, types.QuotaSettings{Limit: 10, Period: "DAY"}, "2023-11-13", "2023-11-15", `[0,10],[0,10],[0,10]`},
		{"a day", used, types.QuotaSettings{Limit: 3, Offset: 1, Period: "DAY"}, "2023-11-12", "2023-11-15", `[2,1],[3,0],[4,0],[0,3]`},
		{"a week begins on Sunday", used, types.QuotaSettings{Limit: 100, Period: "WEEK"}, "2023-11-11", "2023-11-14", `[1,99],[2,98],[3,95],[4,91]`},
		{"a month, offset in its first", used, types.QuotaSettings{Limit: 100, Offset: 10, Period: "MONTH"}, "2023-11-14", "2023-11-14", `[4,80]`},
		{"the month after", used, types.QuotaSettings{Limit: 100, Offset: 10, Period: "MONTH"}, "2023-12-01", "2023-12-01", `[0,100]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorldWith(t, restapi.Config{Store: memory.New(), UsageCounter: test.counter})
			plan, key := w.withQuota(test.quota)
			for _, keyID := range []*string{nil, &key} {
				fact(w, "", w.client.GetUsage, &apigateway.GetUsageInput{UsagePlanId: &plan, KeyId: keyID, StartDate: &test.start, EndDate: &test.end},
					`200 {"usagePlanId":"`+plan+`","startDate":"`+test.start+`","endDate":"`+test.end+`","values":{"`+key+`":[`+test.want+`]}}`)
			}
		})
	}
}

func TestUpdateUsage(t *testing.T) {
	used := counter{"2023-11-13": 3, "2023-11-14": 4}
	w := newWorldWith(t, restapi.Config{Store: memory.New(), UsageCounter: used})
	plan, key := w.withQuota(types.QuotaSettings{Limit: 10, Period: types.QuotaPeriodTypeWeek})
	patch := func(name, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateUsage, &apigateway.UpdateUsageInput{UsagePlanId: &plan, KeyId: &key, PatchOperations: operations}, want)
	}
	today := func(log string) string {
		return `200 {"usagePlanId":"` + plan + `","startDate":"2023-11-14","endDate":"2023-11-14","values":{"` + key + `":[` + log + `]}}`
	}
	patch("extend", today(`[4,50]`), op("replace", "/remaining", "50"))
	used["2023-11-14"] = 14
	patch("what is used counts", today(`[14,40]`))
	fact(w, "for the rest of the period", w.client.GetUsage, &apigateway.GetUsageInput{UsagePlanId: &plan, StartDate: aws.String("2023-11-13"), EndDate: aws.String("2023-11-19")},
		`200 {"usagePlanId":"`+plan+`","startDate":"2023-11-13","endDate":"2023-11-19","values":{"`+key+`":[[3,7],[14,40],[0,40],[0,40],[0,40],[0,40],[0,10]]}}`)
	patch("no number", "400 BadRequestException: Invalid remaining quota specified. It must be a number that is not negative", op("replace", "/remaining", "-1"))
	patch("unknown path", "400 BadRequestException: Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/remaining]", op("replace", "/x", "1"))

	get := func(name, start, end, want string) {
		fact(w, name, w.client.GetUsage, &apigateway.GetUsageInput{UsagePlanId: &plan, StartDate: &start, EndDate: &end}, want)
	}
	get("no date", "x", "2023-11-14", "400 BadRequestException: Invalid date specified. Dates must be in the format YYYY-MM-DD")
	get("backwards", "2023-11-14", "2023-11-13", "400 BadRequestException: Invalid date range specified. The end date must not be before the start date, nor more than a year after it")
	must(w, w.client.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: &plan, PatchOperations: ops(op("remove", "/quota"))})
	patch("no quota", "400 BadRequestException: The usage plan has no quota", op("replace", "/remaining", "1"))
	get("no quota", "2023-11-14", "2023-11-14", `200 {"usagePlanId":"`+plan+`","startDate":"2023-11-14","endDate":"2023-11-14","values":{}}`)
	fact(w, "key not in the plan", w.client.UpdateUsage, &apigateway.UpdateUsageInput{UsagePlanId: &plan, KeyId: aws.String("x")}, "404 NotFoundException: Invalid API Key identifier specified")
}
