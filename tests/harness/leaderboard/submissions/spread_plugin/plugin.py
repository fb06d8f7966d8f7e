from proxies import proxy


@proxy("spread", reads="network")
def spread(built):
    """Standard deviation of the logits of a batch of images."""
    network, inputs = built
    return float(network(inputs.images(32)).detach().std())
