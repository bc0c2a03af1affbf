package io.gdpo.lm.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * The fields of published {@code config.json} files that cannot change what a decoder of the
 * families here computes, each group with its reason. The one list by which {@link ConfigFields}
 * lets fields through that no family reads; what is not in it is refused by name.
 *
 * <p>Sources: the fields that {@code PretrainedConfig} of transformers 4.57 and {@code
 * PreTrainedConfig} of 5 write, what its GGUF reader leaves in a converted model's config, and the
 * configs of the models named beside a group. That a field has no effect was read in transformers'
 * {@code modeling_*.py} of the families: none of them reads it for what is computed in training
 * mode without dropout.
 */
final class FieldsWithoutEffect {
  /**
   * Fields that have no effect whatever they say.
   *
   * @param reason why
   */
  private record Group(String reason, Set<String> names) {}

  private static final List<Group> WHATEVER_THEY_SAY =
      List.of(
          new Group(
              "where the file came from and what wrote it; _model_name_or_path is the name that a"
                  + " GGUF gives itself",
              Set.of(
                  "architectures",
                  "model_type",
                  "_name_or_path",
                  "name_or_path",
                  "_model_name_or_path",
                  "model_name_or_path",
                  "base_model_name_or_path",
                  "_commit_hash",
                  "transformers_version",
                  "transformers_weights",
                  "file_type", // of a GGUF: how its blocks were quantised before they were widened
                  "quantization_version",
                  "unsloth_fixed",
                  "unsloth_version",
                  "is_llama_config")), // SmolLM2: a mark of the nanotron converter
          new Group(
              "for other programs: how transformers.js picks its ONNX files (SmolLM2, Llama 3.2)",
              Set.of("transformers.js_config")),
          new Group(
              "the element type that the file's weights have or had; it is read from the weights",
              Set.of(
                  "torch_dtype",
                  "dtype",
                  "_pre_quantization_dtype",
                  "use_bfloat16")), // read by TensorFlow's models only
          new Group(
              "which kernel computes attention, or how it is cut over devices; the numbers are the"
                  + " same up to rounding",
              Set.of(
                  "attn_implementation",
                  "_attn_implementation",
                  "_attn_implementation_autoset",
                  "_attn_implementation_internal",
                  "_experts_implementation",
                  "_experts_implementation_internal",
                  "_flash_attn_2_enabled",
                  "use_flash_attention",
                  "use_flash_attention_2",
                  "use_flash_attn",
                  "pretraining_tp")),
          new Group(
              "what a call returns besides logits, and whether it keeps keys and values",
              Set.of(
                  "use_cache",
                  "use_return_dict",
                  "return_dict",
                  "output_attentions",
                  "output_hidden_states",
                  "output_past",
                  "is_decoder")),
          new Group(
              "training by transformers: dropout, which is not applied here, recomputation, its loss"
                  + " and its noise",
              Set.of(
                  "attn_pdrop",
                  "embd_pdrop",
                  "resid_pdrop",
                  "attention_dropout",
                  "attention_probs_dropout_prob",
                  "hidden_dropout",
                  "hidden_dropout_prob",
                  "classifier_dropout",
                  "gradient_checkpointing",
                  "loss_type",
                  "neftune_noise_alpha")),
          new Group(
              "heads of other tasks, which a causal language model does not have",
              Set.of(
                  "summary_activation",
                  "summary_first_dropout",
                  "summary_proj_to_labels",
                  "summary_type",
                  "summary_use_proj",
                  "task_specific_params",
                  "id2label",
                  "label2id",
                  "num_labels",
                  "_num_labels",
                  "problem_type",
                  "finetuning_task",
                  "predict_special_tokens",
                  "n_special")),
          new Group(
              "the tokenizer's; texts are encoded by tokenizer.json",
              Set.of(
                  "bos_token_id",
                  "pad_token_id",
                  "unk_token_id",
                  "sep_token_id",
                  "decoder_start_token_id",
                  "tokenizer_class",
                  "model_max_length",
                  "tokenizer_model_max_length",
                  "tokenizer_padding_side",
                  "prefix")),
          new Group(
              "from which block on the window holds (Qwen); without use_sliding_window there is none",
              Set.of("max_window_layers")),
          new Group(
              "defaults of generate, which versions before 4.40 kept in this file; sampling has its"
                  + " own settings",
              Set.of(
                  "max_length",
                  "min_length",
                  "max_new_tokens",
                  "do_sample",
                  "early_stopping",
                  "num_beams",
                  "num_beam_groups",
                  "num_return_sequences",
                  "diversity_penalty",
                  "length_penalty",
                  "repetition_penalty",
                  "exponential_decay_length_penalty",
                  "no_repeat_ngram_size",
                  "encoder_no_repeat_ngram_size",
                  "bad_words_ids",
                  "suppress_tokens",
                  "begin_suppress_tokens",
                  "forced_bos_token_id",
                  "forced_eos_token_id",
                  "remove_invalid_values",
                  "temperature",
                  "top_k",
                  "top_p",
                  "typical_p",
                  "output_scores",
                  "return_dict_in_generate")));

  /**
   * A field that would change the model, with the values by which it does not.
   *
   * @param values as JSON; null always is one
   */
  private record Neutral(String name, Set<String> values) {}

  /** Of the common base of all configs, and of other families, in configs written in full. */
  private static final List<Neutral> NEUTRAL =
      List.of(
          new Neutral("is_encoder_decoder", Set.of("false")),
          new Neutral("add_cross_attention", Set.of("false")),
          new Neutral("tie_encoder_decoder", Set.of("false")),
          new Neutral("torchscript", Set.of("false")),
          new Neutral("tf_legacy_loss", Set.of("false")),
          new Neutral("attention_bias", Set.of("false")),
          new Neutral("mlp_bias", Set.of("false")),
          new Neutral("use_sliding_window", Set.of("false")),
          new Neutral("use_mrope", Set.of("false")),
          new Neutral("use_qk_norm", Set.of("false")),
          new Neutral("use_bidirectional_attention", Set.of("false")),
          new Neutral("is_causal", Set.of("true")),
          new Neutral("rope_interleaved", Set.of("false")), // SmolLM2
          new Neutral("partial_rotary_factor", Set.of("1", "1.0")),
          new Neutral("chunk_size_feed_forward", Set.of("0")),
          new Neutral("pruned_heads", Set.of("{}")),
          new Neutral("quantization_config", Set.of("{}")),
          new Neutral("auto_map", Set.of("{}")));

  private FieldsWithoutEffect() {}

  /** Whether a field can be passed over: by its name, or because it says what is so anyway. */
  static boolean has(String name, JsonNode value) {
    return value.isNull()
        || WHATEVER_THEY_SAY.stream().anyMatch(group -> group.names().contains(name))
        || isNeutral(name, value);
  }

  /** Whether a field of this value, in the config or in an object of it, changes nothing. */
  static boolean isNeutral(String name, JsonNode value) {
    return NEUTRAL.stream()
        .anyMatch(field -> field.name().equals(name) && field.values().contains(value.toString()));
  }
}
