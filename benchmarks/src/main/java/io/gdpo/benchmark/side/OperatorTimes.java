package io.gdpo.benchmark.side;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a step's time goes, from the trace that libtorch's profiler writes (Chrome's format): each
 * operator's time less that of the operators that it calls.
 */
final class OperatorTimes {
  private OperatorTimes() {}

  /** An operator's call, in microseconds. */
  private record Call(String name, String thread, double begin, double end) {}

  /** Share of the operators' time that each takes by itself, by name; they sum to 1. */
  static Map<String, Double> shares(Path trace) throws IOException {
    Map<String, Double> times = new HashMap<>();
    Map<String, Deque<Call>> open = new HashMap<>();
    for (Call call : calls(Json.EVENTS.readTree(trace.toFile()))) {
      Deque<Call> callers = open.computeIfAbsent(call.thread, thread -> new ArrayDeque<>());
      while (!callers.isEmpty() && callers.peek().end <= call.begin) {
        callers.pop();
      }
      double duration = call.end - call.begin;
      times.merge(call.name, duration, Double::sum);
      if (!callers.isEmpty()) {
        times.merge(callers.peek().name, -duration, Double::sum);
      }
      callers.push(call);
    }
    double all = times.values().stream().mapToDouble(Double::doubleValue).sum();
    times.replaceAll((name, time) -> time / all);
    return times;
  }

  private static List<Call> calls(JsonNode events) {
    List<Call> calls = new ArrayList<>();
    for (JsonNode event : events) {
      if (event.path("ph").asText().equals("X")) {
        double begin = event.path("ts").asDouble();
        calls.add(
            new Call(
                event.path("name").asText(),
                event.path("tid").asText(),
                begin,
                begin + event.path("dur").asDouble()));
      }
    }
    calls.sort(
        Comparator.comparingDouble(Call::begin)
            .thenComparing(Comparator.comparingDouble(Call::end).reversed()));
    return calls;
  }
}
