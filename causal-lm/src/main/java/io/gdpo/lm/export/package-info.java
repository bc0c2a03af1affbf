/** Models that were trained here, written for others: transformers, PEFT, an inference server. */
package io.gdpo.lm.export;
