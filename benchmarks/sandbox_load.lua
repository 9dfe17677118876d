-- What each thread of wrk sends: four reads, then a write, over and over.

function init(arguments)
  local project, visitor = arguments[1], arguments[2]
  local headers = { ["x-api-key"] = "sandbox", ["content-type"] = "application/json" }
  local reads = {
    "/experiment/1001/result", "/experiment/1002/timeseries", "/experiment/1005/metrics",
    "/experiment/1003", "/experiment/1004/result?filter_by=desktop", "/experiments", "/goals",
    "/events?limit=50",
  }
  local event = '{"event_name":"checkout_started","mida_uuid":"' .. visitor .. '"}'
  requests, place = {}, 0
  for number, path in ipairs(reads) do
    table.insert(requests, wrk.format("GET", project .. path, headers))
    if number % 4 == 0 then
      table.insert(requests, wrk.format("POST", project .. "/event", headers, event))
    end
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"p50":%.2f,"p99":%.2f,"slowest":%.2f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
