"""Making (演示镇的制作): the generator of the demo town; run it as `python geodata/making`."""
