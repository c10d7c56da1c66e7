package org.opensearch.affinity.learn.network;

import java.util.Locale;

/** The TorchScript text that all networks share: dropout, and one step of gradient descent. */
final class TrainingStep {
    private static final int NOISE_LEVELS = 256;

    private TrainingStep() {}

    /**
     * Returns the method {@code step(weights, means, squares, steps, batch) -> (loss, a weight)}, which changes its first four arguments
     * in place, and {@code gradients(weights, batch) -> (loss, gradients ...)}. Both call {@code loss(weights, batch)}, in which the last
     * element of the batch is the learning rate. Adam (Kingma and Ba, ICLR'15) with decoupled weight decay (Loshchilov and Hutter,
     * ICLR'19).
     */
    static String methods(double weightDecay) {
        // A weight is returned because the call of Adam would be removed as dead code otherwise.
        return String.format(Locale.ROOT, """
              def leaves(self: %1$s, w: List[Tensor]) -> List[Tensor]:
                p = annotate(List[Tensor], [])
                for x in w:
                  p.append(x.detach().requires_grad_())
                return p
              def gradients(self: %1$s, w: List[Tensor], b: List[Tensor]) -> List[Tensor]:
                p = self.leaves(w)
                loss = self.loss(p, b)
                g = [loss.detach()]
                for y in torch.grad([loss], p):
                  g.append(unchecked_cast(Tensor, y))
                return g
              def step(self: %1$s, w: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], b: List[Tensor]) -> Tuple[Tensor, Tensor]:
                g = self.gradients(w, b)
                for s in t:
                  s.add_(1)
                torch._fused_adamw_(w, g[1:], m, v, annotate(List[Tensor], []), t, lr=b[-1], beta1=0.9, beta2=0.999, weight_decay=%2$s, eps=1e-8, amsgrad=False, maximize=False)
                return (g[0], w[0])
            """, TorchProgram.CLASS, weightDecay);
    }

    /**
     * Returns the method {@code name(x, noise, offset)}, which sets a fraction of the numbers to 0 and scales the others up. The noise is
     * random bytes, of which the method reads as many as x has numbers; without noise it returns x.
     */
    static String dropout(String name, double fraction) {
        int threshold = (int) Math.round(fraction * NOISE_LEVELS);
        return String.format(Locale.ROOT, """
              def %2$s(self: %1$s, x: Tensor, noise: Tensor, o: int) -> Tensor:
                if torch.numel(noise) == 0:
                  return x
                kept = torch.view_as(torch.narrow(noise, 0, o, torch.numel(x)) >= %3$d, x).to(6)
                return x * (kept * %4$s)
            """, TorchProgram.CLASS, name, threshold, (double) NOISE_LEVELS / (NOISE_LEVELS - threshold));
    }
}
