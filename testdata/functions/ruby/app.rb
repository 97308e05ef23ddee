# Handlers for the tests of the function runner, one for each behaviour.

require "logger"
require "stringio"

$calls = 0

def echo(event:, context:)
  event
end

def count(event:, context:)
  { calls: $calls += 1, pid: Process.pid }
end

def fail_it(event:, context:)
  raise ArgumentError, "broken ü"
end

def describe(event:, context:)
  puts "hello ü"
  {
    id: context.aws_request_id, arn: context.invoked_function_arn, name: context.function_name,
    version: context.function_version, memory: context.memory_limit_in_mb, group: context.log_group_name,
    stream: context.log_stream_name == ENV["AWS_LAMBDA_LOG_STREAM_NAME"], remaining: context.get_remaining_time_in_millis.positive?,
    custom: context.client_context && context.client_context["custom"], trace: ENV["_X_AMZN_TRACE_ID"], variable: ENV["MY_VARIABLE"]
  }
end

def raw(event:, context:)
  StringIO.new("not json")
end

def not_a_number(event:, context:)
  { value: Float::NAN }
end

def exit_it(event:, context:)
  exit 3
end

def leave(event:, context:)
  exit! 3
end

def pause(event:, context:)
  sleep event["seconds"]
  "slept"
end

def large(event:, context:)
  "x" * event
end

module Shop
  class Orders
    def self.process(event:, context:)
      { got: event }
    end
  end
end
