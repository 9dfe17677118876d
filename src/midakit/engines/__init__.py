"""Past one machine and into a warehouse: Apache Spark, dlt and Delta over the export's plan and files.

midakit.engines.spark    read and stream a frozen plan with Spark
midakit.engines.dlt      load an export folder anywhere dlt reaches
midakit.engines.delta    merge an export folder into Delta tables
"""
