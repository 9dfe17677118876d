"""Apache Spark over the plan of an export, and its files into a warehouse with dlt and Delta.

midakit.engines.spark    read and stream a frozen plan with Spark
midakit.engines.dlt      load an export folder anywhere dlt reaches
midakit.engines.delta    merge an export folder into Delta tables
"""
