package emulator_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func Example() {
	ctx := context.Background()
	e, err := emulator.Start(ctx, emulator.Config{Listen: "127.0.0.1:0", Ephemeral: true})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	client := apigateway.NewFromConfig(e.AWSConfig())
	api, err := client.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("pets"), Tags: map[string]string{"_custom_id_": "pets"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*api.Id, *api.Name)
	// Output: pets pets
}
