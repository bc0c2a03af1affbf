package io.gdpo.lm.script;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A loaded TorchScript module whose methods Java calls with tensors.
 *
 * <p>Ownership: arguments stay with their owners; results belong to the manager given to {@link
 * #call} and are closed with it, and with them the graph that hangs on them. The module itself
 * belongs to the manager it was loaded with, or is closed before that.
 *
 * <p>Threads: methods may be called by several threads at once, as long as a tensor that they share
 * plays the same part in each call (in the same list, or alone): DJL carries an argument's part in
 * the tensor's name. Whether a graph is recorded is each thread's own choice, see {@link Autograd}.
 */
public final class TorchScriptModule implements AutoCloseable {
  private static final String METHOD_TAG = "module_method:";

  private final String name;
  private final NDManager owner;
  private final PtSymbolBlock block;
  private final Map<String, NDArray> methodTags = new ConcurrentHashMap<>();

  TorchScriptModule(String name, NDManager owner, PtSymbolBlock block) {
    this.name = name;
    this.owner = owner;
    this.block = block;
  }

  /**
   * Calls a method.
   *
   * @param results owner of the returned tensors
   * @param method a method of the module's class that returns tensors, alone or in lists or tuples
   * @param args at least one; lists are not empty
   * @return the returned tensors, flattened in order; possibly empty
   * @throws TorchScriptException if there is no such method or libtorch refuses the arguments
   */
  public NDList call(NDManager results, String method, Arg... args) {
    Autograd.prepareThread();
    NDList inputs = new NDList();
    int lists = 0;
    for (Arg arg : args) {
      if (arg instanceof Arg.One one) {
        play(inputs, one.tensor(), null);
      } else if (arg instanceof Arg.Many many) {
        String part = "list" + lists++ + "[]";
        for (NDArray tensor : many.tensors()) {
          play(inputs, tensor, part);
        }
      }
    }
    requireOnePartEach(inputs, args);
    inputs.add(methodTags.computeIfAbsent(method, this::tag));
    NDList outputs;
    try {
      outputs = IValueUtils.forward(block, inputs, true);
    } catch (RuntimeException e) {
      throw new TorchScriptException(name + "." + method + " failed: " + e.getMessage(), e);
    }
    outputs.attach(results);
    return outputs;
  }

  /** Calls a method that returns one tensor, owned by {@code results}. */
  public NDArray callForOne(NDManager results, String method, Arg... args) {
    return call(results, method, args).singletonOrThrow();
  }

  private static void play(NDList inputs, NDArray tensor, String part) {
    tensor.setName(part);
    inputs.add(tensor);
  }

  /**
   * A tensor has one name, so one call cannot show it both alone and in a list, or in two lists.
   */
  private void requireOnePartEach(NDList inputs, Arg... args) {
    int next = 0;
    int lists = 0;
    for (Arg arg : args) {
      String part = arg instanceof Arg.Many ? "list" + lists++ + "[]" : null;
      int count = arg instanceof Arg.Many many ? many.tensors().size() : 1;
      for (int i = 0; i < count; i++, next++) {
        if (!Objects.equals(inputs.get(next).getName(), part)) {
          throw new IllegalArgumentException(
              "One tensor is given to "
                  + name
                  + " in two parts (alone and in a list, or in two lists); pass it in one");
        }
      }
    }
  }

  private NDArray tag(String method) {
    NDArray tag = owner.create(0);
    tag.setName(METHOD_TAG + method);
    return tag;
  }

  /** Frees the compiled module; results of earlier calls stay valid. */
  @Override
  public void close() {
    owner.close();
  }
}
