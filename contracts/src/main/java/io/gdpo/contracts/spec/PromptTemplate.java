package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** What pairs, votes and judged responses are written as for a model. */
public enum PromptTemplate implements Choice {
  /** The text that the dataset holds: {@code \n\nHuman: ...\n\nAssistant: ...} of a dialogue. */
  PLAIN,
  /** What the chat template beside the model's tokenizer makes of the messages. */
  CHAT
}
