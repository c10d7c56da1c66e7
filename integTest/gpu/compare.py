"""Compares a node's vectors with those that PyTorch makes of the same model.pt, in float32 on the CPU.

Usage: compare.py HOST:PORT MODEL_PACK
"""
import json
import sys
import urllib.request

import torch
from tokenizers import Tokenizer

LEAST_COSINE = 0.9999


def texts():
    words = "lamp tent desk camping light warm red steel small folding winter garden cable bag shoe".split()
    for i in range(500):
        yield " ".join(words[(i * k + k * k) % len(words)] for k in range(1, 2 + i % 120))


def by_node(host, items):
    pipeline = {"processors": [{"affinity_encode": {"fields": ["t"], "target": "v"}}]}
    body = {"pipeline": pipeline, "docs": [{"_source": {"t": text}} for text in items]}
    request = urllib.request.Request(
        f"http://{host}/_ingest/pipeline/_simulate", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        docs = json.load(response)["docs"]
    return torch.tensor([doc["doc"]["_source"]["v"] for doc in docs])


def by_torch(pack, items):
    with open(f"{pack}/manifest.json") as manifest:
        most = json.load(manifest)["max_tokens"]
    tokenizer = Tokenizer.from_file(f"{pack}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    model = torch.jit.load(f"{pack}/model.pt", map_location="cpu")
    vectors = []
    with torch.inference_mode():
        for text in items:
            ids = torch.tensor([tokenizer.encode(text).ids], dtype=torch.int32)
            vectors.append(model(ids, torch.tensor([ids.shape[1]], dtype=torch.int32))[0])
    return torch.stack(vectors)


def main():
    host, pack = sys.argv[1:]
    items = list(texts())
    cosines = torch.nn.functional.cosine_similarity(by_node(host, items), by_torch(pack, items))
    print(f"{len(items)} texts: least cosine {cosines.min():.6f}, mean {cosines.mean():.6f}")
    if cosines.min() < LEAST_COSINE:
        sys.exit(f"below {LEAST_COSINE}")


main()
