# frozen_string_literal: true

# Runs the handler of a Ruby Lambda function against the Runtime API.

require "json"
require "socket"
require "stringio"

# What belongs to the runtime, out of the way of the function's own names.
module StagedoorRuntime
  PREFIX = "/2018-06-01/runtime/"
  TASK_ROOT = ENV.fetch("LAMBDA_TASK_ROOT")
  BAD_HANDLER = "Invalid handler %s, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds " \
                "with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a " \
                "callable method. If using CLASS, METHOD must be a class-level method."

  # One keep-alive connection. Net::HTTP costs more than all the rest.
  class Api
    def initialize(address)
      @address = address
      host, _, port = address.rpartition(":")
      @socket = TCPSocket.new(host, port.to_i)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    end

    def next_event
      @socket.write("GET #{PREFIX}invocation/next HTTP/1.1\r\nHost: #{@address}\r\n\r\n")
      answer
    end

    def post(path, body, headers = {})
      body = body.b
      headers = { "Host" => @address, "Content-Type" => "application/json", "Content-Length" => body.bytesize }.merge(headers)
      lines = headers.map { |name, value| "#{name}: #{value.to_s.tr("\r\n", "  ")}\r\n" }
      @socket.write("POST #{PREFIX}#{path} HTTP/1.1\r\n#{lines.join}\r\n".b + body)
      answer
    end

    private

    def answer
      headers = {}
      line # the status says nothing that we act on
      until (header = line).empty?
        name, _, value = header.partition(":")
        headers[name.downcase] = value.strip
      end
      length = headers.fetch("content-length", "0").to_i
      body = length.zero? ? +"" : @socket.read(length)
      gone if body.nil? || body.bytesize < length
      [headers, body.force_encoding(Encoding::UTF_8)]
    end

    def line
      text = @socket.gets("\r\n") || gone
      text.chomp("\r\n").force_encoding(Encoding::UTF_8)
    end

    # The emulator is gone, and so is the reason to run.
    def gone
      exit!(0)
    end
  end

  # The context object of a handler.
  class Context
    attr_reader :deadline_ms, :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
                :memory_limit_in_mb, :function_version, :identity, :client_context, :clock_diff, :tenant_id

    def initialize(headers)
      @clock_diff = Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond) -
                    Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)
      @deadline_ms = headers["lambda-runtime-deadline-ms"].to_i
      @aws_request_id = headers["lambda-runtime-aws-request-id"]
      @invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
      @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
      @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
      @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
      @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
      @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
      @identity = object(headers["lambda-runtime-cognito-identity"])
      @client_context = object(headers["lambda-runtime-client-context"])
      @tenant_id = headers["lambda-runtime-aws-tenant-id"]
    end

    def get_remaining_time_in_millis # rubocop:disable Naming/AccessorMethodName
      now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond) + clock_diff
      [@deadline_ms - now, 0].max
    end

    private

    def object(json)
      JSON.parse(json) if json && !json.empty?
    end
  end

  # What calls the function.
  class Handler
    def initialize(name)
      file, *rest = name.split(".")
      raise ArgumentError, format(BAD_HANDLER, name) unless [1, 2].include?(rest.length)

      @method = rest.pop.to_sym
      @class_name = rest.pop
      require file
    end

    def call(event, context)
      owner = @class_name ? Kernel.const_get(@class_name) : TOPLEVEL_BINDING.receiver
      owner.__send__(@method, event: event, context: context)
    end
  end

  # The error object of an exception, as Lambda words it.
  def self.error_object(error, origin)
    {
      errorMessage: on_aws(error.message),
      errorType: "#{origin}<#{error.class}>",
      stackTrace: (error.backtrace || []).take_while { |line| !line.start_with?(__FILE__) }.first(100).map { |line| on_aws(line) }
    }
  end

  def self.on_aws(text)
    text.to_s.dup.force_encoding(Encoding::UTF_8).scrub.gsub(TASK_ROOT, "/var/task")
  end

  def self.report(api, path, error, origin, title)
    object = error_object(error, origin)
    puts title, JSON.pretty_generate(object)
    $stdout.flush
    api.post(path, JSON.generate(object), "Lambda-Runtime-Function-Error-Type" => object[:errorType])
  end

  def self.result(value)
    value.is_a?(StringIO) ? value.read : JSON.generate(value)
  end

  def self.serve(api, handler, headers, body)
    id = headers["lambda-runtime-aws-request-id"]
    trace = headers["lambda-runtime-trace-id"]
    ENV["_X_AMZN_TRACE_ID"] = trace if trace
    begin
      answer = result(handler.call(JSON.parse(body), Context.new(headers)))
    rescue StandardError => e
      return report(api, "invocation/#{id}/error", e, "Function", "Error raised from handler method")
    rescue Exception => e # rubocop:disable Lint/RescueException
      # Beyond what a function recovers from, an exit for instance: the process ends.
      report(api, "invocation/#{id}/error", e, "Function", "Critical exception from handler")
      exit!(1)
    end
    $stdout.flush
    $stderr.flush
    api.post("invocation/#{id}/response", answer)
  end

  def self.main
    $stdout.sync = $stderr.sync = true
    Encoding.default_external = Encoding::UTF_8
    $LOAD_PATH.unshift(TASK_ROOT)
    api = Api.new(ENV.fetch("AWS_LAMBDA_RUNTIME_API"))
    begin
      handler = Handler.new(ENV.fetch("_HANDLER"))
    rescue Exception => e # rubocop:disable Lint/RescueException
      report(api, "init/error", e, "Init", "Init error when loading handler #{ENV.fetch("_HANDLER")}")
      exit!(1)
    end
    loop { serve(api, handler, *api.next_event) }
  rescue SystemCallError
    exit!(0) # the emulator is gone
  end
end

StagedoorRuntime.main
