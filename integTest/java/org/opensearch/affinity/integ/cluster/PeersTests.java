package org.opensearch.affinity.integ.cluster;

import org.junit.Test;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class PeersTests {
    @Test
    public void moduleTakesDictionaries() {
        String module = """
            class Encoder(Module):
              def forward(self: __torch__.Encoder, ids: Tensor, lengths: Tensor) -> Tensor:
                return ids
            """;
        String expected = """
            class Encoder(Module):
              def encode(self: __torch__.Encoder, ids: Tensor, lengths: Tensor) -> Tensor:
                return ids
              def forward(self: __torch__.Encoder, input: Dict[str, Tensor]) -> Dict[str, Tensor]:
                vectors = (self).encode(input["input_ids"], torch.sum(input["attention_mask"], [1]))
                return {"sentence_embedding": vectors}
            """;
        assertEquals(expected, Peers.dictionaries(module));
    }

    @Test
    public void unknownModuleIsRefused() {
        assertThrows(IllegalStateException.class, () -> Peers.dictionaries("def forward(self, x: Tensor) -> Tensor:"));
    }
}
