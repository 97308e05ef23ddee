# One handler that does what the event says, the same in every runtime.

$calls = 0

def handler(event:, context:)
  $calls += 1
  case event["do"]
  when "echo" then event["value"]
  when "length" then event["value"].length
  when "large" then "x" * event["size"]
  when "count" then $calls
  when "variable" then ENV["MY_VARIABLE"]
  when "meet" then meet(event["dir"], event["count"])
  when "layer" then `layered`
  when "fail" then raise ArgumentError, "broken"
  when "exit" then exit!(3)
  else sleep 3600
  end
end

def meet(dir, count)
  File.write(File.join(dir, Process.pid.to_s), "")
  sleep 0.005 while Dir.children(dir).length < count
  Process.pid
end
