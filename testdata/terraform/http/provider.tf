terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# Credentials and the address (AWS_ENDPOINT_URL) come from the environment.
provider "aws" {
  region                      = "us-east-1"
  skip_requesting_account_id  = false
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
