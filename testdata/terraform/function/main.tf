# Every aws_lambda_* resource of functions that are packages, with most of its arguments.

variable "changed" {
  type    = bool
  default = false
}

locals {
  text = var.changed ? "changed" : "first"
  role = "arn:aws:iam::000000000000:role/${local.text}"
}

resource "aws_lambda_layer_version" "shared" {
  layer_name               = "shared"
  filename                 = "${path.module}/${local.text}.zip"
  source_code_hash         = filebase64sha256("${path.module}/${local.text}.zip")
  description              = local.text
  license_info             = "MIT"
  compatible_runtimes      = ["python3.12", "python3.13"]
  compatible_architectures = ["x86_64"]
}

resource "aws_lambda_layer_version_permission" "shared" {
  layer_name     = aws_lambda_layer_version.shared.layer_name
  version_number = aws_lambda_layer_version.shared.version
  statement_id   = "all"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}

resource "aws_lambda_function" "pets" {
  function_name                  = "pets"
  role                           = local.role
  filename                       = "${path.module}/${local.text}.zip"
  source_code_hash               = filebase64sha256("${path.module}/${local.text}.zip")
  handler                        = "handler.handler"
  runtime                        = "python3.12"
  description                    = local.text
  memory_size                    = var.changed ? 256 : 128
  timeout                        = var.changed ? 20 : 10
  publish                        = true
  architectures                  = ["x86_64"]
  layers                         = [aws_lambda_layer_version.shared.arn]
  reserved_concurrent_executions = var.changed ? 20 : 10
  tags                           = { team = local.text }

  environment {
    variables = { TEXT = local.text }
  }

  ephemeral_storage {
    size = var.changed ? 1024 : 512
  }

  tracing_config {
    mode = var.changed ? "Active" : "PassThrough"
  }

  logging_config {
    log_format            = var.changed ? "JSON" : "Text"
    application_log_level = var.changed ? "DEBUG" : null
    system_log_level      = var.changed ? "WARN" : null
  }
}

resource "aws_lambda_function" "bare" {
  function_name = "bare"
  role          = "arn:aws:iam::000000000000:role/bare"
  filename      = "${path.module}/first.zip"
  handler       = "handler.handler"
  runtime       = "python3.12"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = local.text
  function_name    = aws_lambda_function.pets.function_name
  function_version = aws_lambda_function.pets.version
}

# Provisioned concurrency waits for an alias to have one version.
resource "aws_lambda_alias" "shifting" {
  name             = "shifting"
  function_name    = aws_lambda_function.pets.function_name
  function_version = aws_lambda_function.pets.version

  dynamic "routing_config" {
    for_each = var.changed ? [1] : []
    content {
      additional_version_weights = { "1" = 0.5 }
    }
  }
}

resource "aws_lambda_permission" "gateway" {
  statement_id  = "gateway-${local.text}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.pets.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:aws:execute-api:us-east-1:000000000000:api/*/GET/${local.text}"
}

resource "aws_lambda_permission" "alias" {
  action              = "lambda:InvokeFunction"
  function_name       = aws_lambda_function.pets.function_name
  qualifier           = aws_lambda_alias.live.name
  principal           = "s3.amazonaws.com"
  source_account      = "000000000000"
  statement_id_prefix = "s3-"
}

resource "aws_lambda_function_event_invoke_config" "pets" {
  function_name                = aws_lambda_function.pets.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = var.changed ? 120 : 60
  maximum_retry_attempts       = var.changed ? 0 : 1

  destination_config {
    on_success {
      destination = aws_lambda_function.bare.arn
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.pets.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.changed ? 2 : 1
}

resource "aws_lambda_function_url" "pets" {
  function_name      = aws_lambda_function.pets.function_name
  authorization_type = var.changed ? "AWS_IAM" : "NONE"
  invoke_mode        = var.changed ? "RESPONSE_STREAM" : "BUFFERED"

  cors {
    allow_credentials = var.changed
    allow_headers     = ["x-${local.text}"]
    allow_methods     = ["GET"]
    allow_origins     = ["https://${local.text}.example"]
    expose_headers    = ["x-trace"]
    max_age           = var.changed ? 0 : 60
  }
}

resource "aws_lambda_function_recursion_config" "pets" {
  function_name  = aws_lambda_function.pets.function_name
  recursive_loop = var.changed ? "Terminate" : "Allow"
}

resource "aws_lambda_runtime_management_config" "pets" {
  function_name     = aws_lambda_function.pets.function_name
  update_runtime_on = var.changed ? "FunctionUpdate" : "Auto"
}

resource "aws_lambda_invocation" "pets" {
  function_name = aws_lambda_function.pets.function_name
  input         = jsonencode({ text = local.text })
}

resource "aws_cloudwatch_log_group" "pets" {
  name              = "/aws/lambda/pets"
  retention_in_days = var.changed ? 14 : 7
}

data "aws_lambda_function" "pets" {
  function_name = aws_lambda_function.pets.function_name
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_function.pets.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_lambda_layer_version" "shared" {
  layer_name = aws_lambda_layer_version.shared.layer_name
}

data "aws_lambda_function_url" "pets" {
  function_name = aws_lambda_function_url.pets.function_name
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.pets]
}

output "answer" {
  value = aws_lambda_invocation.pets.result
}
