package io.gdpo.group.synthesis;

import java.util.List;

/**
 * Five ways of small talk, each with openings that lead up to a question and short lead-ins to it.
 * The five share everyday words and differ in scene and turn of phrase, so that a style which was
 * never trained on is new but not foreign.
 *
 * @param name such as {@code style-3}; splits are made by it
 * @param openings what is said before the question: the example's context
 * @param leadIns what the question itself begins with
 */
public record SmallTalk(String name, List<String> openings, List<String> leadIns) {
  public static final int STYLES = 5;

  public static final List<SmallTalk> ALL =
      List.of(
          new SmallTalk(
              "style-1",
              List.of(
                  "Good morning, neighbor. The garden looks nice after the rain.",
                  "Hello over there. What a quiet morning in our street.",
                  "Good to see you at the fence. The sun is out at last.",
                  "Nice to see you, neighbor. I was just reading the paper.",
                  "Good morning. I heard people talk about this at the market."),
              List.of("By the way,", "Tell me,", "Now,", "So,")),
          new SmallTalk(
              "style-2",
              List.of(
                  "The coffee is ready, take a cup. It is a quiet day at work.",
                  "Nice break, is it not? We talked about this over lunch.",
                  "Hello, sit down with me. Work can wait for a minute.",
                  "Good coffee today. A colleague asked me something this morning.",
                  "What a long day at work. Let us talk about something else."),
              List.of("Well,", "Just between us,", "I was asking myself,", "So,")),
          new SmallTalk(
              "style-3",
              List.of(
                  "The bus is late again. At least the sun is out.",
                  "Hello, are you waiting too? I read the paper while I wait.",
                  "What a long line today. Let us talk a minute.",
                  "Nice weather for a walk. I heard people talk about this on the bus.",
                  "Good morning. Another quiet day at the stop."),
              List.of("While we wait,", "Tell me,", "Say,", "Well,")),
          new SmallTalk(
              "style-4",
              List.of(
                  "Dinner is ready, sit down. We talked about this at the table before.",
                  "Take some more bread. My sister asked me something today.",
                  "Nice to have you here for dinner. Let us talk about something new.",
                  "The soup is good today. I read about this in the morning.",
                  "Good evening, sit with us. It was a long day."),
              List.of("Now tell us,", "So,", "By the way,", "Just say,")),
          new SmallTalk(
              "style-5",
              List.of(
                  "Hello, good to hear you. I have a minute to talk.",
                  "Nice of you to call. It is a quiet evening here.",
                  "Hello, old friend. I read something today and had to call you.",
                  "Good evening, it is me again. People here talk about this.",
                  "It is good to hear your voice. The weather is nice at last."),
              List.of("Tell me,", "Well,", "Now,", "I was asking myself,")));
}
