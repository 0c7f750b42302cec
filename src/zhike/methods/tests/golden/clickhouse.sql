-- orders_of_lines
SELECT
  "t1"."customer" AS "customer",
  "t1"."day" AS "day",
  "t1"."amount" AS "amount",
  "t1"."order" AS "order"
FROM (
  SELECT
    "t0"."customer" AS "customer",
    "t0"."order" AS "order",
    MIN("t0"."day") AS "day",
    SUM("t0"."amount") AS "amount"
  FROM "orders" AS "t0"
  GROUP BY
    "t0"."customer",
    "t0"."order"
) AS "t1";

-- values
SELECT
  "t2"."customer" AS "customer",
  "t2"."value" AS "value",
  "t2"."latest" >= toDate('2023-07-01') AS "active"
FROM (
  SELECT
    "t1"."customer" AS "customer",
    SUM(
      CASE
        WHEN "t1"."day" >= toDate('2023-07-01')
        THEN "t1"."amount"
        ELSE "t1"."amount" * 0
      END
    ) AS "value",
    MAX("t1"."day") AS "latest"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer"
) AS "t2";

-- abc
SELECT
  "t4"."customer" AS "customer",
  "t4"."value" AS "value",
  "t4"."rank" AS "rank",
  "t4"."cumulative" AS "cumulative",
  CASE
    WHEN "t4"."value" <= 0
    THEN 'C'
    WHEN "t4"."first" = 1
    THEN 'A'
    WHEN (
      (
        "t4"."cumulative" - (
          (
            "t4"."rank" - "t4"."first"
          ) * "t4"."value"
        )
      ) * 20
    ) <= (
      "t4"."total" * 11
    )
    THEN 'A'
    WHEN (
      (
        "t4"."cumulative" - (
          (
            "t4"."rank" - "t4"."first"
          ) * "t4"."value"
        )
      ) * 20
    ) <= (
      "t4"."total" * 17
    )
    THEN 'B'
    ELSE 'C'
  END AS "class"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."value" AS "value",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t3"."value" DESC, "t3"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    (
      RANK() OVER (
        ORDER BY "t3"."value" DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "first",
    SUM("t3"."value") OVER (
      ORDER BY "t3"."value" DESC, "t3"."customer" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "cumulative",
    SUM(CASE WHEN "t3"."value" > 0 THEN "t3"."value" ELSE "t3"."value" * 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "total"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."value" AS "value",
      "t2"."latest" >= toDate('2023-07-01') AS "active"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        SUM(
          CASE
            WHEN "t1"."day" >= toDate('2023-07-01')
            THEN "t1"."amount"
            ELSE "t1"."amount" * 0
          END
        ) AS "value",
        MAX("t1"."day") AS "latest"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
    WHERE
      "t2"."latest" >= toDate('2023-07-01')
  ) AS "t3"
) AS "t4";

-- concentration
SELECT
  "t3"."customer" AS "customer",
  "t3"."value" AS "value",
  (
    ROW_NUMBER() OVER (
      ORDER BY "t3"."value" DESC, "t3"."customer" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1
  ) + 1 AS "rank",
  COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
FROM (
  SELECT
    "t2"."customer" AS "customer",
    "t2"."value" AS "value",
    "t2"."latest" >= toDate('2023-07-01') AS "active"
  FROM (
    SELECT
      "t1"."customer" AS "customer",
      SUM(
        CASE
          WHEN "t1"."day" >= toDate('2023-07-01')
          THEN "t1"."amount"
          ELSE "t1"."amount" * 0
        END
      ) AS "value",
      MAX("t1"."day") AS "latest"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        "t0"."day" <= toDate('2024-06-30')
    ) AS "t1"
    GROUP BY
      "t1"."customer"
  ) AS "t2"
  WHERE
    "t2"."value" > 0
) AS "t3";

-- pyramid
SELECT
  "t4"."customer" AS "customer",
  "t4"."value" AS "value",
  "t4"."rank" AS "rank",
  CASE
    WHEN NOT (
      "t4"."active"
    )
    THEN 'inactive'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 100
    ) < (
      "t4"."n" * 1
    )
    THEN 'top'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 20
    ) < (
      "t4"."n" * 1
    )
    THEN 'high'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 5
    ) < (
      "t4"."n" * 1
    )
    THEN 'middle'
    ELSE 'base'
  END AS "level"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."value" AS "value",
    "t3"."active" AS "active",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t3"."active" DESC, "t3"."value" DESC, "t3"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    SUM(CASE WHEN "t3"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."value" AS "value",
      "t2"."latest" >= toDate('2023-07-01') AS "active"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        SUM(
          CASE
            WHEN "t1"."day" >= toDate('2023-07-01')
            THEN "t1"."amount"
            ELSE "t1"."amount" * 0
          END
        ) AS "value",
        MAX("t1"."day") AS "latest"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
  ) AS "t3"
) AS "t4";

-- migration
SELECT
  COALESCE("t11"."customer", "t12"."customer_now") AS "customer",
  COALESCE("t11"."level", 'new') AS "level_then",
  COALESCE("t12"."level_now", 'inactive') AS "level_now",
  COALESCE("t11"."value", 0) AS "value_then",
  COALESCE("t12"."value_now", 0) AS "value_now"
FROM (
  SELECT
    "t7"."customer" AS "customer",
    CASE
      WHEN NOT (
        "t7"."active"
      )
      THEN 'inactive'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 100
      ) < (
        "t7"."n" * 1
      )
      THEN 'top'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 20
      ) < (
        "t7"."n" * 1
      )
      THEN 'high'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 5
      ) < (
        "t7"."n" * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS "level",
    "t7"."value" AS "value"
  FROM (
    SELECT
      "t5"."customer" AS "customer",
      "t5"."value" AS "value",
      "t5"."active" AS "active",
      (
        ROW_NUMBER() OVER (
          ORDER BY "t5"."active" DESC, "t5"."value" DESC, "t5"."customer" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "rank",
      SUM(CASE WHEN "t5"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
    FROM (
      SELECT
        "t3"."customer" AS "customer",
        "t3"."value" AS "value",
        "t3"."latest" >= toDate('2022-07-01') AS "active"
      FROM (
        SELECT
          "t1"."customer" AS "customer",
          SUM(
            CASE
              WHEN "t1"."day" >= toDate('2022-07-01')
              THEN "t1"."amount"
              ELSE "t1"."amount" * 0
            END
          ) AS "value",
          MAX("t1"."day") AS "latest"
        FROM (
          SELECT
            *
          FROM "orders" AS "t0"
          WHERE
            "t0"."day" <= toDate('2023-06-30')
        ) AS "t1"
        GROUP BY
          "t1"."customer"
      ) AS "t3"
    ) AS "t5"
  ) AS "t7"
) AS "t11"
FULL OUTER JOIN (
  SELECT
    "t8"."customer" AS "customer_now",
    CASE
      WHEN NOT (
        "t8"."active"
      )
      THEN 'inactive'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 100
      ) < (
        "t8"."n" * 1
      )
      THEN 'top'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 20
      ) < (
        "t8"."n" * 1
      )
      THEN 'high'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 5
      ) < (
        "t8"."n" * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS "level_now",
    "t8"."value" AS "value_now"
  FROM (
    SELECT
      "t6"."customer" AS "customer",
      "t6"."value" AS "value",
      "t6"."active" AS "active",
      (
        ROW_NUMBER() OVER (
          ORDER BY "t6"."active" DESC, "t6"."value" DESC, "t6"."customer" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "rank",
      SUM(CASE WHEN "t6"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
    FROM (
      SELECT
        "t4"."customer" AS "customer",
        "t4"."value" AS "value",
        "t4"."latest" >= toDate('2023-07-01') AS "active"
      FROM (
        SELECT
          "t2"."customer" AS "customer",
          SUM(
            CASE
              WHEN "t2"."day" >= toDate('2023-07-01')
              THEN "t2"."amount"
              ELSE "t2"."amount" * 0
            END
          ) AS "value",
          MAX("t2"."day") AS "latest"
        FROM (
          SELECT
            *
          FROM "orders" AS "t0"
          WHERE
            "t0"."day" <= toDate('2024-06-30')
        ) AS "t2"
        GROUP BY
          "t2"."customer"
      ) AS "t4"
    ) AS "t6"
  ) AS "t8"
) AS "t12"
  ON "t11"."customer" = "t12"."customer_now";

-- rfm_measures
SELECT
  "t2"."customer" AS "customer",
  "t2"."frequency" AS "frequency",
  "t2"."monetary" AS "monetary",
  DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
FROM (
  SELECT
    "t1"."customer" AS "customer",
    MAX("t1"."day") AS "last",
    COUNT(*) AS "frequency",
    SUM("t1"."amount") AS "monetary"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer"
) AS "t2";

-- rfm_order_statistics
WITH "t3" AS (
  SELECT
    "t2"."customer" AS "customer",
    "t2"."frequency" AS "frequency",
    "t2"."monetary" AS "monetary",
    DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
  FROM (
    SELECT
      "t1"."customer" AS "customer",
      MAX("t1"."day") AS "last",
      COUNT(*) AS "frequency",
      SUM("t1"."amount") AS "monetary"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
    ) AS "t1"
    GROUP BY
      "t1"."customer"
  ) AS "t2"
)
SELECT
  "t17"."measure" AS "measure",
  "t17"."value" AS "value",
  "t17"."before" AS "before",
  "t17"."reached" AS "reached",
  "t17"."n" AS "n"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t10"."before" AS "before",
      "t10"."reached" AS "reached",
      "t10"."n" AS "n",
      'monetary' AS "measure",
      CAST("t10"."value" AS Nullable(Decimal(30, 6))) AS "value"
    FROM (
      SELECT
        "t7"."value" AS "value",
        "t7"."n" AS "n",
        "t7"."before" AS "before",
        "t7"."before" + 1 AS "reached"
      FROM (
        SELECT
          "t4"."monetary" AS "value",
          ROW_NUMBER() OVER (
            ORDER BY "t4"."monetary" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "before",
          COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
        FROM "t3" AS "t4"
      ) AS "t7"
    ) AS "t10"
    WHERE
      (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 1
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 1
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 2
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 2
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 3
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 3
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 4
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 4
          ) < (
            "t10"."reached" * 5
          )
        )
      )
  ) AS "t13"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t11"."before" AS "before",
        "t11"."reached" AS "reached",
        "t11"."n" AS "n",
        'recency' AS "measure",
        CAST("t11"."value" AS Nullable(Decimal(30, 6))) AS "value"
      FROM (
        SELECT
          "t8"."value" AS "value",
          "t8"."reached" AS "reached",
          "t8"."n" AS "n",
          "t8"."reached" - "t8"."many" AS "before"
        FROM (
          SELECT
            "t5"."value" AS "value",
            "t5"."many" AS "many",
            SUM("t5"."many") OVER (ORDER BY "t5"."value" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "reached",
            SUM("t5"."many") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
          FROM (
            SELECT
              "t4"."recency" AS "value",
              COUNT(*) AS "many"
            FROM "t3" AS "t4"
            GROUP BY
              "t4"."recency"
          ) AS "t5"
        ) AS "t8"
      ) AS "t11"
      WHERE
        (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 1
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 1
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 2
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 2
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 3
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 3
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 4
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 4
            ) < (
              "t11"."reached" * 5
            )
          )
        )
    ) AS "t14"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        "t12"."before" AS "before",
        "t12"."reached" AS "reached",
        "t12"."n" AS "n",
        'frequency' AS "measure",
        CAST("t12"."value" AS Nullable(Decimal(30, 6))) AS "value"
      FROM (
        SELECT
          "t9"."value" AS "value",
          "t9"."reached" AS "reached",
          "t9"."n" AS "n",
          "t9"."reached" - "t9"."many" AS "before"
        FROM (
          SELECT
            "t6"."value" AS "value",
            "t6"."many" AS "many",
            SUM("t6"."many") OVER (ORDER BY "t6"."value" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "reached",
            SUM("t6"."many") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
          FROM (
            SELECT
              "t4"."frequency" AS "value",
              COUNT(*) AS "many"
            FROM "t3" AS "t4"
            GROUP BY
              "t4"."frequency"
          ) AS "t6"
        ) AS "t9"
      ) AS "t12"
      WHERE
        (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 1
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 1
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 2
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 2
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 3
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 3
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 4
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 4
            ) < (
              "t12"."reached" * 5
            )
          )
        )
    ) AS "t15"
  ) AS "t16"
) AS "t17";

-- rfm
SELECT
  "t4"."customer" AS "customer",
  "t4"."recency" AS "recency",
  "t4"."frequency" AS "frequency",
  "t4"."monetary" AS "monetary",
  "t4"."r" AS "r",
  "t4"."f" AS "f",
  "t4"."m" AS "m",
  CASE
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'champions'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'promising'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'keep'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'rescue'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'regular'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'newcomers'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'fading'
    ELSE 'dormant'
  END AS "segment"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."frequency" AS "frequency",
    "t3"."monetary" AS "monetary",
    "t3"."recency" AS "recency",
    5 - (
      CASE WHEN "t3"."recency" >= toDecimal128(31.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(61.50000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(120.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(240.00000000, 8) THEN 1 ELSE 0 END
    ) AS "r",
    CASE WHEN "t3"."frequency" >= toDecimal128(2.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(3.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(4.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(6.00000000, 8) THEN 1 ELSE 0 END + 1 AS "f",
    CASE WHEN "t3"."monetary" >= toDecimal128(100.50000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(200.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(300.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(400.00000000, 8) THEN 1 ELSE 0 END + 1 AS "m"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."frequency" AS "frequency",
      "t2"."monetary" AS "monetary",
      DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        MAX("t1"."day") AS "last",
        COUNT(*) AS "frequency",
        SUM("t1"."amount") AS "monetary"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
  ) AS "t3"
) AS "t4";

-- purchases
SELECT
  "t3"."customer" AS "customer",
  "t3"."frequency" AS "frequency",
  "t3"."first_day" AS "first_day",
  "t3"."last_day" AS "last_day",
  CAST(DATE_DIFF(DAY, "t3"."first_day", "t3"."last_day") * 1 AS Nullable(Float64)) / 7 AS "recency",
  CAST(DATE_DIFF(DAY, "t3"."first_day", toDate('2024-06-30')) * 1 AS Nullable(Float64)) / 7 AS "T",
  COALESCE(
    CAST("t3"."spend" - "t3"."first_spend" AS Nullable(Float64)) / nullIf("t3"."frequency", 0),
    CAST(0 AS Nullable(Float64))
  ) AS "mean_spend"
FROM (
  SELECT
    "t2"."customer" AS "customer",
    COUNT(*) - 1 AS "frequency",
    MIN("t2"."day") AS "first_day",
    MAX("t2"."day") AS "last_day",
    SUM("t2"."amount") AS "spend",
    argMin(tuple("t2"."amount"), "t2"."day").1 AS "first_spend"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t0"."customer" AS "customer",
        "t0"."day" AS "day",
        SUM("t0"."amount") AS "amount"
      FROM "orders" AS "t0"
      GROUP BY
        "t0"."customer",
        "t0"."day"
    ) AS "t1"
    WHERE
      "t1"."day" <= toDate('2024-06-30')
  ) AS "t2"
  GROUP BY
    "t2"."customer"
) AS "t3";

-- lifecycle
SELECT
  "t19"."customer" AS "customer",
  "t19"."orders" AS "orders",
  "t19"."first_day" AS "first_day",
  "t19"."last_day" AS "last_day",
  CASE WHEN "t19"."orders" < 3 THEN 91 ELSE "t19"."gap2" END AS "gap2",
  "t19"."p90x10" AS "p90x10",
  "t19"."slower" AS "slower",
  "t19"."q0" AS "q0",
  "t19"."q1" AS "q1",
  "t19"."q2" AS "q2",
  "t19"."q3" AS "q3",
  "t19"."peak" AS "peak",
  "t19"."level" AS "level",
  "t19"."idle" AS "idle",
  "t19"."tenure" AS "tenure",
  "t19"."recent" AS "recent",
  "t19"."before" AS "before",
  CASE
    WHEN (
      (
        "t19"."idle" * 2
      ) > (
        CASE WHEN "t19"."orders" < 3 THEN 91 ELSE "t19"."gap2" END * 3
      )
    )
    AND (
      "t19"."idle" > 365
    )
    THEN 'lost'
    WHEN (
      (
        "t19"."before" > 0
      )
      AND (
        (
          (
            "t19"."recent" - "t19"."before"
          ) * 10
        ) < -(
          "t19"."before" * 1
        )
      )
    )
    OR (
      (
        "t19"."q0" < "t19"."q1"
      )
      AND (
        "t19"."q1" < "t19"."q2"
      )
      AND (
        (
          (
            "t19"."q2" - "t19"."q0"
          ) * 5
        ) > (
          "t19"."q2" * 1
        )
      )
    )
    OR (
      (
        "t19"."idle" * 2
      ) > (
        CASE WHEN "t19"."orders" < 3 THEN 91 ELSE "t19"."gap2" END * 2
      )
    )
    THEN 'decline'
    WHEN (
      "t19"."orders" < 3
    )
    OR (
      (
        (
          "t19"."tenure" * 2
        ) < (
          CASE WHEN "t19"."orders" < 3 THEN 91 ELSE "t19"."gap2" END * 3
        )
      )
      OR (
        "t19"."tenure" < 90
      )
    )
    THEN 'explore'
    WHEN NOT (
      "t19"."before" > 0
    )
    OR (
      (
        (
          "t19"."recent" - "t19"."before"
        ) * 10
      ) > (
        "t19"."before" * 1
      )
    )
    THEN 'build'
    WHEN (
      "t19"."tenure" >= 364
    )
    AND (
      (
        "t19"."level" * 5
      ) >= (
        "t19"."peak" * 4
      )
    )
    THEN 'stable'
    ELSE 'build'
  END AS "stage"
FROM (
  SELECT
    "t18"."customer" AS "customer",
    "t18"."orders" AS "orders",
    "t18"."first_day" AS "first_day",
    "t18"."last_day" AS "last_day",
    "t18"."gap2" AS "gap2",
    "t18"."p90x10" AS "p90x10",
    "t18"."slower" AS "slower",
    "t18"."q0" AS "q0",
    "t18"."q1" AS "q1",
    "t18"."q2" AS "q2",
    "t18"."q3" AS "q3",
    "t18"."peak" AS "peak",
    "t18"."level" AS "level",
    DATE_DIFF(DAY, "t18"."last_day", toDate('2024-06-30')) AS "idle",
    DATE_DIFF(DAY, "t18"."first_day", toDate('2024-06-30')) AS "tenure",
    "t18"."q0" + "t18"."q1" AS "recent",
    "t18"."q2" + "t18"."q3" AS "before"
  FROM (
    SELECT
      "t17"."customer" AS "customer",
      "t17"."orders" AS "orders",
      "t17"."first_day" AS "first_day",
      "t17"."last_day" AS "last_day",
      "t17"."gap2" AS "gap2",
      "t17"."p90x10" AS "p90x10",
      "t17"."slower" AS "slower",
      "t14"."q0" AS "q0",
      "t14"."q1" AS "q1",
      "t14"."q2" AS "q2",
      "t14"."q3" AS "q3",
      "t14"."peak" AS "peak",
      "t14"."level" AS "level"
    FROM (
      SELECT
        "t15"."customer" AS "customer",
        "t15"."orders" AS "orders",
        "t15"."first_day" AS "first_day",
        "t15"."last_day" AS "last_day",
        "t15"."gap2" AS "gap2",
        "t15"."p90x10" AS "p90x10",
        CASE
          WHEN (
            "t15"."orders" >= 5
          )
          AND (
            (
              "t15"."least" * 4
            ) > (
              (
                CASE
                  WHEN "t15"."u" = 0
                  THEN "t15"."g0"
                  WHEN "t15"."u" = 1
                  THEN "t15"."g1"
                  WHEN "t15"."u" = 2
                  THEN "t15"."g2"
                  ELSE "t15"."g3"
                END + CASE
                  WHEN "t15"."v" = 0
                  THEN "t15"."g0"
                  WHEN "t15"."v" = 1
                  THEN "t15"."g1"
                  WHEN "t15"."v" = 2
                  THEN "t15"."g2"
                  ELSE "t15"."g3"
                END
              ) * 3
            )
          )
          THEN TRUE
          ELSE FALSE
        END AS "slower"
      FROM (
        SELECT
          "t11"."customer" AS "customer",
          "t11"."orders" AS "orders",
          "t11"."first_day" AS "first_day",
          "t11"."last_day" AS "last_day",
          "t11"."gap2" AS "gap2",
          "t11"."p90x10" AS "p90x10",
          "t11"."least" AS "least",
          "t11"."a" AS "a",
          "t11"."b" AS "b",
          "t11"."g0" AS "g0",
          "t11"."g1" AS "g1",
          "t11"."g2" AS "g2",
          "t11"."g3" AS "g3",
          "t11"."odd" AS "odd",
          "t11"."first" AS "first",
          (
            "t11"."first" + CASE WHEN "t11"."a" <= "t11"."first" THEN 1 ELSE 0 END + CASE
              WHEN "t11"."b" <= (
                "t11"."first" + CASE WHEN "t11"."a" <= "t11"."first" THEN 1 ELSE 0 END
              )
              THEN 1
              ELSE 0
            END
          ) - "t11"."first" AS "u",
          (
            "t11"."first" + "t11"."odd" + CASE WHEN "t11"."a" <= (
              "t11"."first" + "t11"."odd"
            ) THEN 1 ELSE 0 END + CASE
              WHEN "t11"."b" <= (
                "t11"."first" + "t11"."odd" + CASE WHEN "t11"."a" <= (
                  "t11"."first" + "t11"."odd"
                ) THEN 1 ELSE 0 END
              )
              THEN 1
              ELSE 0
            END
          ) - "t11"."first" AS "v"
        FROM (
          SELECT
            "t10"."customer" AS "customer",
            "t10"."orders" AS "orders",
            "t10"."first_day" AS "first_day",
            "t10"."last_day" AS "last_day",
            "t10"."gap2" AS "gap2",
            "t10"."p90x10" AS "p90x10",
            "t10"."least" AS "least",
            "t10"."a" AS "a",
            "t10"."b" AS "b",
            "t10"."g0" AS "g0",
            "t10"."g1" AS "g1",
            "t10"."g2" AS "g2",
            "t10"."g3" AS "g3",
            "t10"."orders" % 2 AS "odd",
            CAST((
              (
                "t10"."orders" - 2
              ) - (
                "t10"."orders" % 2
              )
            ) / 2 AS Nullable(Int64)) AS "first"
          FROM (
            SELECT
              "t6"."customer" AS "customer",
              COUNT(*) AS "orders",
              MIN("t6"."day") AS "first_day",
              MAX("t6"."day") AS "last_day",
              SUM(
                CASE
                  WHEN "t6"."gap" >= 0
                  THEN CASE
                    WHEN CASE
                      WHEN (
                        (
                          "t6"."n" - 1
                        ) % 2
                      ) = 1
                      THEN (
                        "t6"."rank" * 2
                      ) = (
                        (
                          "t6"."n" - 1
                        ) + 1
                      )
                      ELSE (
                        (
                          "t6"."rank" * 2
                        ) = (
                          "t6"."n" - 1
                        )
                      )
                      OR (
                        (
                          "t6"."rank" * 2
                        ) = (
                          (
                            "t6"."n" - 1
                          ) + 2
                        )
                      )
                    END
                    THEN "t6"."gap" * CASE WHEN (
                      (
                        "t6"."n" - 1
                      ) % 2
                    ) = 1 THEN 2 ELSE 1 END
                    ELSE 0
                  END
                  ELSE 0
                END
              ) AS "gap2",
              SUM(
                CASE
                  WHEN "t6"."gap" >= 0
                  THEN CASE
                    WHEN (
                      (
                        (
                          "t6"."rank" - 1
                        ) * 10
                      ) <= (
                        (
                          (
                            "t6"."n" - 1
                          ) - 1
                        ) * 9
                      )
                    )
                    AND (
                      (
                        (
                          (
                            "t6"."n" - 1
                          ) - 1
                        ) * 9
                      ) < (
                        (
                          (
                            "t6"."rank" - 1
                          ) * 10
                        ) + 10
                      )
                    )
                    THEN "t6"."gap" * (
                      10 - (
                        (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        ) % 10
                      )
                    )
                    WHEN (
                      (
                        (
                          (
                            "t6"."rank" - 1
                          ) * 10
                        ) - 10
                      ) <= (
                        (
                          (
                            "t6"."n" - 1
                          ) - 1
                        ) * 9
                      )
                    )
                    AND (
                      (
                        (
                          (
                            "t6"."n" - 1
                          ) - 1
                        ) * 9
                      ) < (
                        (
                          "t6"."rank" - 1
                        ) * 10
                      )
                    )
                    THEN "t6"."gap" * (
                      (
                        (
                          (
                            "t6"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                    ELSE 0
                  END
                  ELSE 0
                END
              ) AS "p90x10",
              minIf("t6"."gap", "t6"."place" >= (
                "t6"."n" - 2
              )) AS "least",
              minIf("t6"."rank", "t6"."place" >= (
                "t6"."n" - 2
              )) AS "a",
              maxIf("t6"."rank", "t6"."place" >= (
                "t6"."n" - 2
              )) AS "b",
              maxIf(
                "t6"."gap",
                (
                  "t6"."rank" * 2
                ) = (
                  (
                    (
                      "t6"."n" - 2
                    ) - (
                      "t6"."n" % 2
                    )
                  ) + 0
                )
              ) AS "g0",
              maxIf(
                "t6"."gap",
                (
                  "t6"."rank" * 2
                ) = (
                  (
                    (
                      "t6"."n" - 2
                    ) - (
                      "t6"."n" % 2
                    )
                  ) + 2
                )
              ) AS "g1",
              maxIf(
                "t6"."gap",
                (
                  "t6"."rank" * 2
                ) = (
                  (
                    (
                      "t6"."n" - 2
                    ) - (
                      "t6"."n" % 2
                    )
                  ) + 4
                )
              ) AS "g2",
              maxIf(
                "t6"."gap",
                (
                  "t6"."rank" * 2
                ) = (
                  (
                    (
                      "t6"."n" - 2
                    ) - (
                      "t6"."n" % 2
                    )
                  ) + 6
                )
              ) AS "g3"
            FROM (
              SELECT
                "t5"."customer" AS "customer",
                "t5"."day" AS "day",
                "t5"."spend" AS "spend",
                "t5"."place" AS "place",
                "t5"."n" AS "n",
                "t5"."gap" AS "gap",
                ROW_NUMBER() OVER (
                  PARTITION BY "t5"."customer"
                  ORDER BY "t5"."gap" ASC, "t5"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) - 1 AS "rank"
              FROM (
                SELECT
                  "t4".*
                  EXCEPT ("previous")
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    "t3"."previous" AS "previous",
                    CAST("t3"."place" AS Nullable(Int32)) AS "place",
                    CAST("t3"."n" AS Nullable(Int32)) AS "n",
                    CAST(CASE
                      WHEN "t3"."place" = 0
                      THEN -1
                      ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
                    END AS Nullable(Int32)) AS "gap"
                  FROM (
                    SELECT
                      "t2"."customer" AS "customer",
                      "t2"."day" AS "day",
                      "t2"."spend" AS "spend",
                      lagInFrame("t2"."day", 1) OVER (
                        PARTITION BY "t2"."customer"
                        ORDER BY "t2"."day" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "previous",
                      ROW_NUMBER() OVER (
                        PARTITION BY "t2"."customer"
                        ORDER BY "t2"."day" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) - 1 AS "place",
                      COUNT(*) OVER (
                        PARTITION BY "t2"."customer"
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "n"
                    FROM (
                      SELECT
                        "t1"."customer" AS "customer",
                        "t1"."day" AS "day",
                        SUM("t1"."amount") AS "spend"
                      FROM (
                        SELECT
                          *
                        FROM "orders" AS "t0"
                        WHERE
                          "t0"."day" <= toDate('2024-06-30')
                      ) AS "t1"
                      GROUP BY
                        "t1"."customer",
                        "t1"."day"
                    ) AS "t2"
                  ) AS "t3"
                ) AS "t4"
              ) AS "t5"
            ) AS "t6"
            GROUP BY
              "t6"."customer"
          ) AS "t10"
        ) AS "t11"
      ) AS "t15"
    ) AS "t17"
    INNER JOIN (
      SELECT
        "t12"."customer" AS "customer",
        "t12"."q0" AS "q0",
        "t12"."q1" AS "q1",
        "t12"."q2" AS "q2",
        "t12"."q3" AS "q3",
        "t12"."peak" AS "peak",
        "t12"."q0" + "t12"."q1" AS "level"
      FROM (
        SELECT
          "t9"."customer" AS "customer",
          MAX(
            CASE
              WHEN "t9"."quarter" > 0
              THEN GREATEST(
                "t9"."money" + CASE
                  WHEN "t9"."after" = (
                    "t9"."quarter" - 1
                  )
                  THEN "t9"."gained"
                  ELSE "t9"."money" * 0
                END,
                "t9"."money" + CASE
                  WHEN "t9"."before" = (
                    "t9"."quarter" + 1
                  )
                  THEN "t9"."had"
                  ELSE "t9"."money" * 0
                END
              )
              ELSE "t9"."money" + CASE
                WHEN "t9"."before" = (
                  "t9"."quarter" + 1
                )
                THEN "t9"."had"
                ELSE "t9"."money" * 0
              END
            END
          ) AS "peak",
          SUM(CASE WHEN "t9"."quarter" = 0 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q0",
          SUM(CASE WHEN "t9"."quarter" = 1 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q1",
          SUM(CASE WHEN "t9"."quarter" = 2 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q2",
          SUM(CASE WHEN "t9"."quarter" = 3 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q3"
        FROM (
          SELECT
            "t8"."customer" AS "customer",
            "t8"."quarter" AS "quarter",
            "t8"."money" AS "money",
            lagInFrame("t8"."quarter", 1) OVER (
              PARTITION BY "t8"."customer"
              ORDER BY "t8"."quarter" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "after",
            lagInFrame("t8"."money", 1) OVER (
              PARTITION BY "t8"."customer"
              ORDER BY "t8"."quarter" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "gained",
            leadInFrame("t8"."quarter", 1) OVER (
              PARTITION BY "t8"."customer"
              ORDER BY "t8"."quarter" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "before",
            leadInFrame("t8"."money", 1) OVER (
              PARTITION BY "t8"."customer"
              ORDER BY "t8"."quarter" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "had"
          FROM (
            SELECT
              "t7"."customer" AS "customer",
              "t7"."quarter" AS "quarter",
              SUM("t7"."spend") AS "money"
            FROM (
              SELECT
                "t5"."customer" AS "customer",
                "t5"."spend" AS "spend",
                CAST((
                  DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) - (
                    DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) % 91
                  )
                ) / 91 AS Nullable(Int64)) AS "quarter"
              FROM (
                SELECT
                  "t4".*
                  EXCEPT ("previous")
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    "t3"."previous" AS "previous",
                    CAST("t3"."place" AS Nullable(Int32)) AS "place",
                    CAST("t3"."n" AS Nullable(Int32)) AS "n",
                    CAST(CASE
                      WHEN "t3"."place" = 0
                      THEN -1
                      ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
                    END AS Nullable(Int32)) AS "gap"
                  FROM (
                    SELECT
                      "t2"."customer" AS "customer",
                      "t2"."day" AS "day",
                      "t2"."spend" AS "spend",
                      lagInFrame("t2"."day", 1) OVER (
                        PARTITION BY "t2"."customer"
                        ORDER BY "t2"."day" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "previous",
                      ROW_NUMBER() OVER (
                        PARTITION BY "t2"."customer"
                        ORDER BY "t2"."day" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) - 1 AS "place",
                      COUNT(*) OVER (
                        PARTITION BY "t2"."customer"
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "n"
                    FROM (
                      SELECT
                        "t1"."customer" AS "customer",
                        "t1"."day" AS "day",
                        SUM("t1"."amount") AS "spend"
                      FROM (
                        SELECT
                          *
                        FROM "orders" AS "t0"
                        WHERE
                          "t0"."day" <= toDate('2024-06-30')
                      ) AS "t1"
                      GROUP BY
                        "t1"."customer",
                        "t1"."day"
                    ) AS "t2"
                  ) AS "t3"
                ) AS "t4"
              ) AS "t5"
            ) AS "t7"
            GROUP BY
              "t7"."customer",
              "t7"."quarter"
          ) AS "t8"
        ) AS "t9"
        GROUP BY
          "t9"."customer"
      ) AS "t12"
    ) AS "t14"
      ON "t17"."customer" = "t14"."customer"
  ) AS "t18"
) AS "t19";

-- lifecycle_typical_gap
SELECT
  minIf("t20"."gap2", (
    "t20"."rank" * 2
  ) >= "t20"."n") AS "gap2"
FROM (
  SELECT
    "t19"."gap2" AS "gap2",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t19"."gap2" ASC, "t19"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
  FROM (
    SELECT
      "t18"."customer" AS "customer",
      "t18"."orders" AS "orders",
      "t18"."first_day" AS "first_day",
      "t18"."last_day" AS "last_day",
      "t18"."gap2" AS "gap2",
      "t18"."p90x10" AS "p90x10",
      "t18"."slower" AS "slower",
      "t18"."q0" AS "q0",
      "t18"."q1" AS "q1",
      "t18"."q2" AS "q2",
      "t18"."q3" AS "q3",
      "t18"."peak" AS "peak",
      "t18"."level" AS "level",
      DATE_DIFF(DAY, "t18"."last_day", toDate('2024-06-30')) AS "idle",
      DATE_DIFF(DAY, "t18"."first_day", toDate('2024-06-30')) AS "tenure",
      "t18"."q0" + "t18"."q1" AS "recent",
      "t18"."q2" + "t18"."q3" AS "before"
    FROM (
      SELECT
        "t17"."customer" AS "customer",
        "t17"."orders" AS "orders",
        "t17"."first_day" AS "first_day",
        "t17"."last_day" AS "last_day",
        "t17"."gap2" AS "gap2",
        "t17"."p90x10" AS "p90x10",
        "t17"."slower" AS "slower",
        "t14"."q0" AS "q0",
        "t14"."q1" AS "q1",
        "t14"."q2" AS "q2",
        "t14"."q3" AS "q3",
        "t14"."peak" AS "peak",
        "t14"."level" AS "level"
      FROM (
        SELECT
          "t15"."customer" AS "customer",
          "t15"."orders" AS "orders",
          "t15"."first_day" AS "first_day",
          "t15"."last_day" AS "last_day",
          "t15"."gap2" AS "gap2",
          "t15"."p90x10" AS "p90x10",
          CASE
            WHEN (
              "t15"."orders" >= 5
            )
            AND (
              (
                "t15"."least" * 4
              ) > (
                (
                  CASE
                    WHEN "t15"."u" = 0
                    THEN "t15"."g0"
                    WHEN "t15"."u" = 1
                    THEN "t15"."g1"
                    WHEN "t15"."u" = 2
                    THEN "t15"."g2"
                    ELSE "t15"."g3"
                  END + CASE
                    WHEN "t15"."v" = 0
                    THEN "t15"."g0"
                    WHEN "t15"."v" = 1
                    THEN "t15"."g1"
                    WHEN "t15"."v" = 2
                    THEN "t15"."g2"
                    ELSE "t15"."g3"
                  END
                ) * 3
              )
            )
            THEN TRUE
            ELSE FALSE
          END AS "slower"
        FROM (
          SELECT
            "t11"."customer" AS "customer",
            "t11"."orders" AS "orders",
            "t11"."first_day" AS "first_day",
            "t11"."last_day" AS "last_day",
            "t11"."gap2" AS "gap2",
            "t11"."p90x10" AS "p90x10",
            "t11"."least" AS "least",
            "t11"."a" AS "a",
            "t11"."b" AS "b",
            "t11"."g0" AS "g0",
            "t11"."g1" AS "g1",
            "t11"."g2" AS "g2",
            "t11"."g3" AS "g3",
            "t11"."odd" AS "odd",
            "t11"."first" AS "first",
            (
              "t11"."first" + CASE WHEN "t11"."a" <= "t11"."first" THEN 1 ELSE 0 END + CASE
                WHEN "t11"."b" <= (
                  "t11"."first" + CASE WHEN "t11"."a" <= "t11"."first" THEN 1 ELSE 0 END
                )
                THEN 1
                ELSE 0
              END
            ) - "t11"."first" AS "u",
            (
              "t11"."first" + "t11"."odd" + CASE WHEN "t11"."a" <= (
                "t11"."first" + "t11"."odd"
              ) THEN 1 ELSE 0 END + CASE
                WHEN "t11"."b" <= (
                  "t11"."first" + "t11"."odd" + CASE WHEN "t11"."a" <= (
                    "t11"."first" + "t11"."odd"
                  ) THEN 1 ELSE 0 END
                )
                THEN 1
                ELSE 0
              END
            ) - "t11"."first" AS "v"
          FROM (
            SELECT
              "t10"."customer" AS "customer",
              "t10"."orders" AS "orders",
              "t10"."first_day" AS "first_day",
              "t10"."last_day" AS "last_day",
              "t10"."gap2" AS "gap2",
              "t10"."p90x10" AS "p90x10",
              "t10"."least" AS "least",
              "t10"."a" AS "a",
              "t10"."b" AS "b",
              "t10"."g0" AS "g0",
              "t10"."g1" AS "g1",
              "t10"."g2" AS "g2",
              "t10"."g3" AS "g3",
              "t10"."orders" % 2 AS "odd",
              CAST((
                (
                  "t10"."orders" - 2
                ) - (
                  "t10"."orders" % 2
                )
              ) / 2 AS Nullable(Int64)) AS "first"
            FROM (
              SELECT
                "t6"."customer" AS "customer",
                COUNT(*) AS "orders",
                MIN("t6"."day") AS "first_day",
                MAX("t6"."day") AS "last_day",
                SUM(
                  CASE
                    WHEN "t6"."gap" >= 0
                    THEN CASE
                      WHEN CASE
                        WHEN (
                          (
                            "t6"."n" - 1
                          ) % 2
                        ) = 1
                        THEN (
                          "t6"."rank" * 2
                        ) = (
                          (
                            "t6"."n" - 1
                          ) + 1
                        )
                        ELSE (
                          (
                            "t6"."rank" * 2
                          ) = (
                            "t6"."n" - 1
                          )
                        )
                        OR (
                          (
                            "t6"."rank" * 2
                          ) = (
                            (
                              "t6"."n" - 1
                            ) + 2
                          )
                        )
                      END
                      THEN "t6"."gap" * CASE WHEN (
                        (
                          "t6"."n" - 1
                        ) % 2
                      ) = 1 THEN 2 ELSE 1 END
                      ELSE 0
                    END
                    ELSE 0
                  END
                ) AS "gap2",
                SUM(
                  CASE
                    WHEN "t6"."gap" >= 0
                    THEN CASE
                      WHEN (
                        (
                          (
                            "t6"."rank" - 1
                          ) * 10
                        ) <= (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        )
                      )
                      AND (
                        (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        ) < (
                          (
                            (
                              "t6"."rank" - 1
                            ) * 10
                          ) + 10
                        )
                      )
                      THEN "t6"."gap" * (
                        10 - (
                          (
                            (
                              (
                                "t6"."n" - 1
                              ) - 1
                            ) * 9
                          ) % 10
                        )
                      )
                      WHEN (
                        (
                          (
                            (
                              "t6"."rank" - 1
                            ) * 10
                          ) - 10
                        ) <= (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        )
                      )
                      AND (
                        (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        ) < (
                          (
                            "t6"."rank" - 1
                          ) * 10
                        )
                      )
                      THEN "t6"."gap" * (
                        (
                          (
                            (
                              "t6"."n" - 1
                            ) - 1
                          ) * 9
                        ) % 10
                      )
                      ELSE 0
                    END
                    ELSE 0
                  END
                ) AS "p90x10",
                minIf("t6"."gap", "t6"."place" >= (
                  "t6"."n" - 2
                )) AS "least",
                minIf("t6"."rank", "t6"."place" >= (
                  "t6"."n" - 2
                )) AS "a",
                maxIf("t6"."rank", "t6"."place" >= (
                  "t6"."n" - 2
                )) AS "b",
                maxIf(
                  "t6"."gap",
                  (
                    "t6"."rank" * 2
                  ) = (
                    (
                      (
                        "t6"."n" - 2
                      ) - (
                        "t6"."n" % 2
                      )
                    ) + 0
                  )
                ) AS "g0",
                maxIf(
                  "t6"."gap",
                  (
                    "t6"."rank" * 2
                  ) = (
                    (
                      (
                        "t6"."n" - 2
                      ) - (
                        "t6"."n" % 2
                      )
                    ) + 2
                  )
                ) AS "g1",
                maxIf(
                  "t6"."gap",
                  (
                    "t6"."rank" * 2
                  ) = (
                    (
                      (
                        "t6"."n" - 2
                      ) - (
                        "t6"."n" % 2
                      )
                    ) + 4
                  )
                ) AS "g2",
                maxIf(
                  "t6"."gap",
                  (
                    "t6"."rank" * 2
                  ) = (
                    (
                      (
                        "t6"."n" - 2
                      ) - (
                        "t6"."n" % 2
                      )
                    ) + 6
                  )
                ) AS "g3"
              FROM (
                SELECT
                  "t5"."customer" AS "customer",
                  "t5"."day" AS "day",
                  "t5"."spend" AS "spend",
                  "t5"."place" AS "place",
                  "t5"."n" AS "n",
                  "t5"."gap" AS "gap",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t5"."customer"
                    ORDER BY "t5"."gap" ASC, "t5"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "rank"
                FROM (
                  SELECT
                    "t4".*
                    EXCEPT ("previous")
                  FROM (
                    SELECT
                      "t3"."customer" AS "customer",
                      "t3"."day" AS "day",
                      "t3"."spend" AS "spend",
                      "t3"."previous" AS "previous",
                      CAST("t3"."place" AS Nullable(Int32)) AS "place",
                      CAST("t3"."n" AS Nullable(Int32)) AS "n",
                      CAST(CASE
                        WHEN "t3"."place" = 0
                        THEN -1
                        ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
                      END AS Nullable(Int32)) AS "gap"
                    FROM (
                      SELECT
                        "t2"."customer" AS "customer",
                        "t2"."day" AS "day",
                        "t2"."spend" AS "spend",
                        lagInFrame("t2"."day", 1) OVER (
                          PARTITION BY "t2"."customer"
                          ORDER BY "t2"."day" ASC
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) AS "previous",
                        ROW_NUMBER() OVER (
                          PARTITION BY "t2"."customer"
                          ORDER BY "t2"."day" ASC
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) - 1 AS "place",
                        COUNT(*) OVER (
                          PARTITION BY "t2"."customer"
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) AS "n"
                      FROM (
                        SELECT
                          "t1"."customer" AS "customer",
                          "t1"."day" AS "day",
                          SUM("t1"."amount") AS "spend"
                        FROM (
                          SELECT
                            *
                          FROM "orders" AS "t0"
                          WHERE
                            "t0"."day" <= toDate('2024-06-30')
                        ) AS "t1"
                        GROUP BY
                          "t1"."customer",
                          "t1"."day"
                      ) AS "t2"
                    ) AS "t3"
                  ) AS "t4"
                ) AS "t5"
              ) AS "t6"
              GROUP BY
                "t6"."customer"
            ) AS "t10"
          ) AS "t11"
        ) AS "t15"
      ) AS "t17"
      INNER JOIN (
        SELECT
          "t12"."customer" AS "customer",
          "t12"."q0" AS "q0",
          "t12"."q1" AS "q1",
          "t12"."q2" AS "q2",
          "t12"."q3" AS "q3",
          "t12"."peak" AS "peak",
          "t12"."q0" + "t12"."q1" AS "level"
        FROM (
          SELECT
            "t9"."customer" AS "customer",
            MAX(
              CASE
                WHEN "t9"."quarter" > 0
                THEN GREATEST(
                  "t9"."money" + CASE
                    WHEN "t9"."after" = (
                      "t9"."quarter" - 1
                    )
                    THEN "t9"."gained"
                    ELSE "t9"."money" * 0
                  END,
                  "t9"."money" + CASE
                    WHEN "t9"."before" = (
                      "t9"."quarter" + 1
                    )
                    THEN "t9"."had"
                    ELSE "t9"."money" * 0
                  END
                )
                ELSE "t9"."money" + CASE
                  WHEN "t9"."before" = (
                    "t9"."quarter" + 1
                  )
                  THEN "t9"."had"
                  ELSE "t9"."money" * 0
                END
              END
            ) AS "peak",
            SUM(CASE WHEN "t9"."quarter" = 0 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q0",
            SUM(CASE WHEN "t9"."quarter" = 1 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q1",
            SUM(CASE WHEN "t9"."quarter" = 2 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q2",
            SUM(CASE WHEN "t9"."quarter" = 3 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q3"
          FROM (
            SELECT
              "t8"."customer" AS "customer",
              "t8"."quarter" AS "quarter",
              "t8"."money" AS "money",
              lagInFrame("t8"."quarter", 1) OVER (
                PARTITION BY "t8"."customer"
                ORDER BY "t8"."quarter" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "after",
              lagInFrame("t8"."money", 1) OVER (
                PARTITION BY "t8"."customer"
                ORDER BY "t8"."quarter" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "gained",
              leadInFrame("t8"."quarter", 1) OVER (
                PARTITION BY "t8"."customer"
                ORDER BY "t8"."quarter" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "before",
              leadInFrame("t8"."money", 1) OVER (
                PARTITION BY "t8"."customer"
                ORDER BY "t8"."quarter" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "had"
            FROM (
              SELECT
                "t7"."customer" AS "customer",
                "t7"."quarter" AS "quarter",
                SUM("t7"."spend") AS "money"
              FROM (
                SELECT
                  "t5"."customer" AS "customer",
                  "t5"."spend" AS "spend",
                  CAST((
                    DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) - (
                      DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) % 91
                    )
                  ) / 91 AS Nullable(Int64)) AS "quarter"
                FROM (
                  SELECT
                    "t4".*
                    EXCEPT ("previous")
                  FROM (
                    SELECT
                      "t3"."customer" AS "customer",
                      "t3"."day" AS "day",
                      "t3"."spend" AS "spend",
                      "t3"."previous" AS "previous",
                      CAST("t3"."place" AS Nullable(Int32)) AS "place",
                      CAST("t3"."n" AS Nullable(Int32)) AS "n",
                      CAST(CASE
                        WHEN "t3"."place" = 0
                        THEN -1
                        ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
                      END AS Nullable(Int32)) AS "gap"
                    FROM (
                      SELECT
                        "t2"."customer" AS "customer",
                        "t2"."day" AS "day",
                        "t2"."spend" AS "spend",
                        lagInFrame("t2"."day", 1) OVER (
                          PARTITION BY "t2"."customer"
                          ORDER BY "t2"."day" ASC
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) AS "previous",
                        ROW_NUMBER() OVER (
                          PARTITION BY "t2"."customer"
                          ORDER BY "t2"."day" ASC
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) - 1 AS "place",
                        COUNT(*) OVER (
                          PARTITION BY "t2"."customer"
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) AS "n"
                      FROM (
                        SELECT
                          "t1"."customer" AS "customer",
                          "t1"."day" AS "day",
                          SUM("t1"."amount") AS "spend"
                        FROM (
                          SELECT
                            *
                          FROM "orders" AS "t0"
                          WHERE
                            "t0"."day" <= toDate('2024-06-30')
                        ) AS "t1"
                        GROUP BY
                          "t1"."customer",
                          "t1"."day"
                      ) AS "t2"
                    ) AS "t3"
                  ) AS "t4"
                ) AS "t5"
              ) AS "t7"
              GROUP BY
                "t7"."customer",
                "t7"."quarter"
            ) AS "t8"
          ) AS "t9"
          GROUP BY
            "t9"."customer"
        ) AS "t12"
      ) AS "t14"
        ON "t17"."customer" = "t14"."customer"
    ) AS "t18"
    WHERE
      "t18"."orders" >= 3
  ) AS "t19"
) AS "t20";

-- loss_patterns
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
)
SELECT
  "t25"."customer" AS "customer",
  "t25"."quarters_built" AS "quarters_built",
  "t25"."quarters_stable" AS "quarters_stable",
  CASE
    WHEN "t25"."quarters_stable" >= 4
    THEN 'kept_long'
    WHEN "t25"."quarters_stable" > 0
    THEN 'early_leave'
    WHEN "t25"."quarters_built" > 0
    THEN 'cut_short'
    ELSE 'early_abort'
  END AS "pattern"
FROM (
  SELECT
    "t24"."customer" AS "customer",
    SUM(CASE WHEN "t24"."stage" = 'build' THEN 1 ELSE 0 END) AS "quarters_built",
    SUM(CASE WHEN "t24"."stage" = 'stable' THEN 1 ELSE 0 END) AS "quarters_stable"
  FROM (
    SELECT
      "t23"."customer" AS "customer",
      "t23"."clock" AS "clock",
      "t23"."orders" AS "orders",
      "t23"."first_day" AS "first_day",
      "t23"."last_day" AS "last_day",
      CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END AS "gap2",
      "t23"."p90x10" AS "p90x10",
      "t23"."slower" AS "slower",
      "t23"."q0" AS "q0",
      "t23"."q1" AS "q1",
      "t23"."q2" AS "q2",
      "t23"."q3" AS "q3",
      "t23"."peak" AS "peak",
      "t23"."level" AS "level",
      "t23"."idle" AS "idle",
      "t23"."tenure" AS "tenure",
      "t23"."recent" AS "recent",
      "t23"."before" AS "before",
      CASE
        WHEN (
          (
            "t23"."idle" * 2
          ) > (
            CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 3
          )
        )
        AND (
          "t23"."idle" > 365
        )
        THEN 'lost'
        WHEN (
          (
            "t23"."before" > 0
          )
          AND (
            (
              (
                "t23"."recent" - "t23"."before"
              ) * 10
            ) < -(
              "t23"."before" * 1
            )
          )
        )
        OR (
          (
            "t23"."q0" < "t23"."q1"
          )
          AND (
            "t23"."q1" < "t23"."q2"
          )
          AND (
            (
              (
                "t23"."q2" - "t23"."q0"
              ) * 5
            ) > (
              "t23"."q2" * 1
            )
          )
        )
        OR (
          (
            "t23"."idle" * 2
          ) > (
            CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 2
          )
        )
        THEN 'decline'
        WHEN (
          "t23"."orders" < 3
        )
        OR (
          (
            (
              "t23"."tenure" * 2
            ) < (
              CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 3
            )
          )
          OR (
            "t23"."tenure" < 90
          )
        )
        THEN 'explore'
        WHEN NOT (
          "t23"."before" > 0
        )
        OR (
          (
            (
              "t23"."recent" - "t23"."before"
            ) * 10
          ) > (
            "t23"."before" * 1
          )
        )
        THEN 'build'
        WHEN (
          "t23"."tenure" >= 364
        )
        AND (
          (
            "t23"."level" * 5
          ) >= (
            "t23"."peak" * 4
          )
        )
        THEN 'stable'
        ELSE 'build'
      END AS "stage"
    FROM (
      SELECT
        "t22"."customer" AS "customer",
        "t22"."clock" AS "clock",
        "t22"."orders" AS "orders",
        "t22"."first_day" AS "first_day",
        "t22"."last_day" AS "last_day",
        "t22"."gap2" AS "gap2",
        "t22"."p90x10" AS "p90x10",
        "t22"."slower" AS "slower",
        "t22"."q0" AS "q0",
        "t22"."q1" AS "q1",
        "t22"."q2" AS "q2",
        "t22"."q3" AS "q3",
        "t22"."peak" AS "peak",
        "t22"."level" AS "level",
        DATE_DIFF(DAY, "t22"."last_day", "t22"."clock") AS "idle",
        DATE_DIFF(DAY, "t22"."first_day", "t22"."clock") AS "tenure",
        "t22"."q0" + "t22"."q1" AS "recent",
        "t22"."q2" + "t22"."q3" AS "before"
      FROM (
        SELECT
          "t21"."customer" AS "customer",
          "t21"."clock" AS "clock",
          "t21"."orders" AS "orders",
          "t21"."first_day" AS "first_day",
          "t21"."last_day" AS "last_day",
          "t21"."gap2" AS "gap2",
          "t21"."p90x10" AS "p90x10",
          "t21"."slower" AS "slower",
          "t18"."q0" AS "q0",
          "t18"."q1" AS "q1",
          "t18"."q2" AS "q2",
          "t18"."q3" AS "q3",
          "t18"."peak" AS "peak",
          "t18"."level" AS "level"
        FROM (
          SELECT
            "t19"."customer" AS "customer",
            "t19"."clock" AS "clock",
            "t19"."orders" AS "orders",
            "t19"."first_day" AS "first_day",
            "t19"."last_day" AS "last_day",
            "t19"."gap2" AS "gap2",
            "t19"."p90x10" AS "p90x10",
            CASE
              WHEN (
                "t19"."orders" >= 5
              )
              AND (
                (
                  "t19"."least" * 4
                ) > (
                  (
                    CASE
                      WHEN "t19"."u" = 0
                      THEN "t19"."g0"
                      WHEN "t19"."u" = 1
                      THEN "t19"."g1"
                      WHEN "t19"."u" = 2
                      THEN "t19"."g2"
                      ELSE "t19"."g3"
                    END + CASE
                      WHEN "t19"."v" = 0
                      THEN "t19"."g0"
                      WHEN "t19"."v" = 1
                      THEN "t19"."g1"
                      WHEN "t19"."v" = 2
                      THEN "t19"."g2"
                      ELSE "t19"."g3"
                    END
                  ) * 3
                )
              )
              THEN TRUE
              ELSE FALSE
            END AS "slower"
          FROM (
            SELECT
              "t15"."customer" AS "customer",
              "t15"."clock" AS "clock",
              "t15"."orders" AS "orders",
              "t15"."first_day" AS "first_day",
              "t15"."last_day" AS "last_day",
              "t15"."gap2" AS "gap2",
              "t15"."p90x10" AS "p90x10",
              "t15"."least" AS "least",
              "t15"."a" AS "a",
              "t15"."b" AS "b",
              "t15"."g0" AS "g0",
              "t15"."g1" AS "g1",
              "t15"."g2" AS "g2",
              "t15"."g3" AS "g3",
              "t15"."odd" AS "odd",
              "t15"."first" AS "first",
              (
                "t15"."first" + CASE WHEN "t15"."a" <= "t15"."first" THEN 1 ELSE 0 END + CASE
                  WHEN "t15"."b" <= (
                    "t15"."first" + CASE WHEN "t15"."a" <= "t15"."first" THEN 1 ELSE 0 END
                  )
                  THEN 1
                  ELSE 0
                END
              ) - "t15"."first" AS "u",
              (
                "t15"."first" + "t15"."odd" + CASE WHEN "t15"."a" <= (
                  "t15"."first" + "t15"."odd"
                ) THEN 1 ELSE 0 END + CASE
                  WHEN "t15"."b" <= (
                    "t15"."first" + "t15"."odd" + CASE WHEN "t15"."a" <= (
                      "t15"."first" + "t15"."odd"
                    ) THEN 1 ELSE 0 END
                  )
                  THEN 1
                  ELSE 0
                END
              ) - "t15"."first" AS "v"
            FROM (
              SELECT
                "t14"."customer" AS "customer",
                "t14"."clock" AS "clock",
                "t14"."orders" AS "orders",
                "t14"."first_day" AS "first_day",
                "t14"."last_day" AS "last_day",
                "t14"."gap2" AS "gap2",
                "t14"."p90x10" AS "p90x10",
                "t14"."least" AS "least",
                "t14"."a" AS "a",
                "t14"."b" AS "b",
                "t14"."g0" AS "g0",
                "t14"."g1" AS "g1",
                "t14"."g2" AS "g2",
                "t14"."g3" AS "g3",
                "t14"."orders" % 2 AS "odd",
                CAST((
                  (
                    "t14"."orders" - 2
                  ) - (
                    "t14"."orders" % 2
                  )
                ) / 2 AS Nullable(Int64)) AS "first"
              FROM (
                SELECT
                  "t10"."customer" AS "customer",
                  "t10"."clock" AS "clock",
                  COUNT(*) AS "orders",
                  MIN("t10"."day") AS "first_day",
                  MAX("t10"."day") AS "last_day",
                  SUM(
                    CASE
                      WHEN "t10"."gap" >= 0
                      THEN CASE
                        WHEN CASE
                          WHEN (
                            (
                              "t10"."n" - 1
                            ) % 2
                          ) = 1
                          THEN (
                            "t10"."rank" * 2
                          ) = (
                            (
                              "t10"."n" - 1
                            ) + 1
                          )
                          ELSE (
                            (
                              "t10"."rank" * 2
                            ) = (
                              "t10"."n" - 1
                            )
                          )
                          OR (
                            (
                              "t10"."rank" * 2
                            ) = (
                              (
                                "t10"."n" - 1
                              ) + 2
                            )
                          )
                        END
                        THEN "t10"."gap" * CASE WHEN (
                          (
                            "t10"."n" - 1
                          ) % 2
                        ) = 1 THEN 2 ELSE 1 END
                        ELSE 0
                      END
                      ELSE 0
                    END
                  ) AS "gap2",
                  SUM(
                    CASE
                      WHEN "t10"."gap" >= 0
                      THEN CASE
                        WHEN (
                          (
                            (
                              "t10"."rank" - 1
                            ) * 10
                          ) <= (
                            (
                              (
                                "t10"."n" - 1
                              ) - 1
                            ) * 9
                          )
                        )
                        AND (
                          (
                            (
                              (
                                "t10"."n" - 1
                              ) - 1
                            ) * 9
                          ) < (
                            (
                              (
                                "t10"."rank" - 1
                              ) * 10
                            ) + 10
                          )
                        )
                        THEN "t10"."gap" * (
                          10 - (
                            (
                              (
                                (
                                  "t10"."n" - 1
                                ) - 1
                              ) * 9
                            ) % 10
                          )
                        )
                        WHEN (
                          (
                            (
                              (
                                "t10"."rank" - 1
                              ) * 10
                            ) - 10
                          ) <= (
                            (
                              (
                                "t10"."n" - 1
                              ) - 1
                            ) * 9
                          )
                        )
                        AND (
                          (
                            (
                              (
                                "t10"."n" - 1
                              ) - 1
                            ) * 9
                          ) < (
                            (
                              "t10"."rank" - 1
                            ) * 10
                          )
                        )
                        THEN "t10"."gap" * (
                          (
                            (
                              (
                                "t10"."n" - 1
                              ) - 1
                            ) * 9
                          ) % 10
                        )
                        ELSE 0
                      END
                      ELSE 0
                    END
                  ) AS "p90x10",
                  minIf("t10"."gap", "t10"."place" >= (
                    "t10"."n" - 2
                  )) AS "least",
                  minIf("t10"."rank", "t10"."place" >= (
                    "t10"."n" - 2
                  )) AS "a",
                  maxIf("t10"."rank", "t10"."place" >= (
                    "t10"."n" - 2
                  )) AS "b",
                  maxIf(
                    "t10"."gap",
                    (
                      "t10"."rank" * 2
                    ) = (
                      (
                        (
                          "t10"."n" - 2
                        ) - (
                          "t10"."n" % 2
                        )
                      ) + 0
                    )
                  ) AS "g0",
                  maxIf(
                    "t10"."gap",
                    (
                      "t10"."rank" * 2
                    ) = (
                      (
                        (
                          "t10"."n" - 2
                        ) - (
                          "t10"."n" % 2
                        )
                      ) + 2
                    )
                  ) AS "g1",
                  maxIf(
                    "t10"."gap",
                    (
                      "t10"."rank" * 2
                    ) = (
                      (
                        (
                          "t10"."n" - 2
                        ) - (
                          "t10"."n" % 2
                        )
                      ) + 4
                    )
                  ) AS "g2",
                  maxIf(
                    "t10"."gap",
                    (
                      "t10"."rank" * 2
                    ) = (
                      (
                        (
                          "t10"."n" - 2
                        ) - (
                          "t10"."n" % 2
                        )
                      ) + 6
                    )
                  ) AS "g3"
                FROM (
                  SELECT
                    "t9"."customer" AS "customer",
                    "t9"."day" AS "day",
                    "t9"."spend" AS "spend",
                    "t9"."clock" AS "clock",
                    "t9"."place" AS "place",
                    "t9"."n" AS "n",
                    "t9"."gap" AS "gap",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t9"."customer", "t9"."clock"
                      ORDER BY "t9"."gap" ASC, "t9"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "rank"
                  FROM (
                    SELECT
                      "t8".*
                      EXCEPT ("previous")
                    FROM (
                      SELECT
                        "t7"."customer" AS "customer",
                        "t7"."day" AS "day",
                        "t7"."spend" AS "spend",
                        "t7"."clock" AS "clock",
                        "t7"."previous" AS "previous",
                        CAST("t7"."place" AS Nullable(Int32)) AS "place",
                        CAST("t7"."n" AS Nullable(Int32)) AS "n",
                        CAST(CASE
                          WHEN "t7"."place" = 0
                          THEN -1
                          ELSE DATE_DIFF(DAY, "t7"."previous", "t7"."day")
                        END AS Nullable(Int32)) AS "gap"
                      FROM (
                        SELECT
                          "t6"."customer" AS "customer",
                          "t6"."day" AS "day",
                          "t6"."spend" AS "spend",
                          "t6"."clock" AS "clock",
                          lagInFrame("t6"."day", 1) OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ORDER BY "t6"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "previous",
                          ROW_NUMBER() OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ORDER BY "t6"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) - 1 AS "place",
                          COUNT(*) OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "n"
                        FROM (
                          SELECT
                            *
                          FROM (
                            SELECT
                              "t3"."customer" AS "customer",
                              "t3"."day" AS "day",
                              "t3"."spend" AS "spend",
                              toDate('2024-06-30') AS "clock"
                            FROM "t2" AS "t3"
                            WHERE
                              "t3"."day" <= toDate('2024-06-30')
                          ) AS "t4"
                          UNION ALL
                          SELECT
                            *
                          FROM (
                            SELECT
                              "t3"."customer" AS "customer",
                              "t3"."day" AS "day",
                              "t3"."spend" AS "spend",
                              toDate('2023-06-30') AS "clock"
                            FROM "t2" AS "t3"
                            WHERE
                              "t3"."day" <= toDate('2023-06-30')
                          ) AS "t5"
                        ) AS "t6"
                      ) AS "t7"
                    ) AS "t8"
                  ) AS "t9"
                ) AS "t10"
                GROUP BY
                  "t10"."customer",
                  "t10"."clock"
              ) AS "t14"
            ) AS "t15"
          ) AS "t19"
        ) AS "t21"
        INNER JOIN (
          SELECT
            "t16"."customer" AS "customer",
            "t16"."clock" AS "clock",
            "t16"."q0" AS "q0",
            "t16"."q1" AS "q1",
            "t16"."q2" AS "q2",
            "t16"."q3" AS "q3",
            "t16"."peak" AS "peak",
            "t16"."q0" + "t16"."q1" AS "level"
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."clock" AS "clock",
              MAX(
                CASE
                  WHEN "t13"."quarter" > 0
                  THEN GREATEST(
                    "t13"."money" + CASE
                      WHEN "t13"."after" = (
                        "t13"."quarter" - 1
                      )
                      THEN "t13"."gained"
                      ELSE "t13"."money" * 0
                    END,
                    "t13"."money" + CASE
                      WHEN "t13"."before" = (
                        "t13"."quarter" + 1
                      )
                      THEN "t13"."had"
                      ELSE "t13"."money" * 0
                    END
                  )
                  ELSE "t13"."money" + CASE
                    WHEN "t13"."before" = (
                      "t13"."quarter" + 1
                    )
                    THEN "t13"."had"
                    ELSE "t13"."money" * 0
                  END
                END
              ) AS "peak",
              SUM(CASE WHEN "t13"."quarter" = 0 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t13"."quarter" = 1 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t13"."quarter" = 2 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t13"."quarter" = 3 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q3"
            FROM (
              SELECT
                "t12"."customer" AS "customer",
                "t12"."clock" AS "clock",
                "t12"."quarter" AS "quarter",
                "t12"."money" AS "money",
                lagInFrame("t12"."quarter", 1) OVER (
                  PARTITION BY "t12"."customer", "t12"."clock"
                  ORDER BY "t12"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "after",
                lagInFrame("t12"."money", 1) OVER (
                  PARTITION BY "t12"."customer", "t12"."clock"
                  ORDER BY "t12"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "gained",
                leadInFrame("t12"."quarter", 1) OVER (
                  PARTITION BY "t12"."customer", "t12"."clock"
                  ORDER BY "t12"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "before",
                leadInFrame("t12"."money", 1) OVER (
                  PARTITION BY "t12"."customer", "t12"."clock"
                  ORDER BY "t12"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "had"
              FROM (
                SELECT
                  "t11"."customer" AS "customer",
                  "t11"."clock" AS "clock",
                  "t11"."quarter" AS "quarter",
                  SUM("t11"."spend") AS "money"
                FROM (
                  SELECT
                    "t9"."customer" AS "customer",
                    "t9"."clock" AS "clock",
                    "t9"."spend" AS "spend",
                    CAST((
                      DATE_DIFF(DAY, "t9"."day", "t9"."clock") - (
                        DATE_DIFF(DAY, "t9"."day", "t9"."clock") % 91
                      )
                    ) / 91 AS Nullable(Int64)) AS "quarter"
                  FROM (
                    SELECT
                      "t8".*
                      EXCEPT ("previous")
                    FROM (
                      SELECT
                        "t7"."customer" AS "customer",
                        "t7"."day" AS "day",
                        "t7"."spend" AS "spend",
                        "t7"."clock" AS "clock",
                        "t7"."previous" AS "previous",
                        CAST("t7"."place" AS Nullable(Int32)) AS "place",
                        CAST("t7"."n" AS Nullable(Int32)) AS "n",
                        CAST(CASE
                          WHEN "t7"."place" = 0
                          THEN -1
                          ELSE DATE_DIFF(DAY, "t7"."previous", "t7"."day")
                        END AS Nullable(Int32)) AS "gap"
                      FROM (
                        SELECT
                          "t6"."customer" AS "customer",
                          "t6"."day" AS "day",
                          "t6"."spend" AS "spend",
                          "t6"."clock" AS "clock",
                          lagInFrame("t6"."day", 1) OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ORDER BY "t6"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "previous",
                          ROW_NUMBER() OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ORDER BY "t6"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) - 1 AS "place",
                          COUNT(*) OVER (
                            PARTITION BY "t6"."customer", "t6"."clock"
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "n"
                        FROM (
                          SELECT
                            *
                          FROM (
                            SELECT
                              "t3"."customer" AS "customer",
                              "t3"."day" AS "day",
                              "t3"."spend" AS "spend",
                              toDate('2024-06-30') AS "clock"
                            FROM "t2" AS "t3"
                            WHERE
                              "t3"."day" <= toDate('2024-06-30')
                          ) AS "t4"
                          UNION ALL
                          SELECT
                            *
                          FROM (
                            SELECT
                              "t3"."customer" AS "customer",
                              "t3"."day" AS "day",
                              "t3"."spend" AS "spend",
                              toDate('2023-06-30') AS "clock"
                            FROM "t2" AS "t3"
                            WHERE
                              "t3"."day" <= toDate('2023-06-30')
                          ) AS "t5"
                        ) AS "t6"
                      ) AS "t7"
                    ) AS "t8"
                  ) AS "t9"
                ) AS "t11"
                GROUP BY
                  "t11"."customer",
                  "t11"."clock",
                  "t11"."quarter"
              ) AS "t12"
            ) AS "t13"
            GROUP BY
              "t13"."customer",
              "t13"."clock"
          ) AS "t16"
        ) AS "t18"
          ON "t21"."customer" = "t18"."customer" AND "t21"."clock" = "t18"."clock"
      ) AS "t22"
    ) AS "t23"
  ) AS "t24"
  GROUP BY
    "t24"."customer"
) AS "t25";

-- value_at_stake
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
)
SELECT
  "t24"."customer" AS "customer",
  SUM("t24"."spend") AS "year"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t4"."customer" AS "customer",
      "t4"."day" AS "day",
      "t4"."spend" AS "spend",
      "t22"."last_day" AS "last_day"
    FROM "t2" AS "t4"
    INNER JOIN (
      SELECT
        "t20"."customer" AS "customer",
        "t20"."last_day" AS "last_day"
      FROM (
        SELECT
          "t19"."customer" AS "customer",
          "t19"."orders" AS "orders",
          "t19"."first_day" AS "first_day",
          "t19"."last_day" AS "last_day",
          "t19"."gap2" AS "gap2",
          "t19"."p90x10" AS "p90x10",
          "t19"."slower" AS "slower",
          "t16"."q0" AS "q0",
          "t16"."q1" AS "q1",
          "t16"."q2" AS "q2",
          "t16"."q3" AS "q3",
          "t16"."peak" AS "peak",
          "t16"."level" AS "level"
        FROM (
          SELECT
            "t17"."customer" AS "customer",
            "t17"."orders" AS "orders",
            "t17"."first_day" AS "first_day",
            "t17"."last_day" AS "last_day",
            "t17"."gap2" AS "gap2",
            "t17"."p90x10" AS "p90x10",
            CASE
              WHEN (
                "t17"."orders" >= 5
              )
              AND (
                (
                  "t17"."least" * 4
                ) > (
                  (
                    CASE
                      WHEN "t17"."u" = 0
                      THEN "t17"."g0"
                      WHEN "t17"."u" = 1
                      THEN "t17"."g1"
                      WHEN "t17"."u" = 2
                      THEN "t17"."g2"
                      ELSE "t17"."g3"
                    END + CASE
                      WHEN "t17"."v" = 0
                      THEN "t17"."g0"
                      WHEN "t17"."v" = 1
                      THEN "t17"."g1"
                      WHEN "t17"."v" = 2
                      THEN "t17"."g2"
                      ELSE "t17"."g3"
                    END
                  ) * 3
                )
              )
              THEN TRUE
              ELSE FALSE
            END AS "slower"
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."orders" AS "orders",
              "t13"."first_day" AS "first_day",
              "t13"."last_day" AS "last_day",
              "t13"."gap2" AS "gap2",
              "t13"."p90x10" AS "p90x10",
              "t13"."least" AS "least",
              "t13"."a" AS "a",
              "t13"."b" AS "b",
              "t13"."g0" AS "g0",
              "t13"."g1" AS "g1",
              "t13"."g2" AS "g2",
              "t13"."g3" AS "g3",
              "t13"."odd" AS "odd",
              "t13"."first" AS "first",
              (
                "t13"."first" + CASE WHEN "t13"."a" <= "t13"."first" THEN 1 ELSE 0 END + CASE
                  WHEN "t13"."b" <= (
                    "t13"."first" + CASE WHEN "t13"."a" <= "t13"."first" THEN 1 ELSE 0 END
                  )
                  THEN 1
                  ELSE 0
                END
              ) - "t13"."first" AS "u",
              (
                "t13"."first" + "t13"."odd" + CASE WHEN "t13"."a" <= (
                  "t13"."first" + "t13"."odd"
                ) THEN 1 ELSE 0 END + CASE
                  WHEN "t13"."b" <= (
                    "t13"."first" + "t13"."odd" + CASE WHEN "t13"."a" <= (
                      "t13"."first" + "t13"."odd"
                    ) THEN 1 ELSE 0 END
                  )
                  THEN 1
                  ELSE 0
                END
              ) - "t13"."first" AS "v"
            FROM (
              SELECT
                "t12"."customer" AS "customer",
                "t12"."orders" AS "orders",
                "t12"."first_day" AS "first_day",
                "t12"."last_day" AS "last_day",
                "t12"."gap2" AS "gap2",
                "t12"."p90x10" AS "p90x10",
                "t12"."least" AS "least",
                "t12"."a" AS "a",
                "t12"."b" AS "b",
                "t12"."g0" AS "g0",
                "t12"."g1" AS "g1",
                "t12"."g2" AS "g2",
                "t12"."g3" AS "g3",
                "t12"."orders" % 2 AS "odd",
                CAST((
                  (
                    "t12"."orders" - 2
                  ) - (
                    "t12"."orders" % 2
                  )
                ) / 2 AS Nullable(Int64)) AS "first"
              FROM (
                SELECT
                  "t8"."customer" AS "customer",
                  COUNT(*) AS "orders",
                  MIN("t8"."day") AS "first_day",
                  MAX("t8"."day") AS "last_day",
                  SUM(
                    CASE
                      WHEN "t8"."gap" >= 0
                      THEN CASE
                        WHEN CASE
                          WHEN (
                            (
                              "t8"."n" - 1
                            ) % 2
                          ) = 1
                          THEN (
                            "t8"."rank" * 2
                          ) = (
                            (
                              "t8"."n" - 1
                            ) + 1
                          )
                          ELSE (
                            (
                              "t8"."rank" * 2
                            ) = (
                              "t8"."n" - 1
                            )
                          )
                          OR (
                            (
                              "t8"."rank" * 2
                            ) = (
                              (
                                "t8"."n" - 1
                              ) + 2
                            )
                          )
                        END
                        THEN "t8"."gap" * CASE WHEN (
                          (
                            "t8"."n" - 1
                          ) % 2
                        ) = 1 THEN 2 ELSE 1 END
                        ELSE 0
                      END
                      ELSE 0
                    END
                  ) AS "gap2",
                  SUM(
                    CASE
                      WHEN "t8"."gap" >= 0
                      THEN CASE
                        WHEN (
                          (
                            (
                              "t8"."rank" - 1
                            ) * 10
                          ) <= (
                            (
                              (
                                "t8"."n" - 1
                              ) - 1
                            ) * 9
                          )
                        )
                        AND (
                          (
                            (
                              (
                                "t8"."n" - 1
                              ) - 1
                            ) * 9
                          ) < (
                            (
                              (
                                "t8"."rank" - 1
                              ) * 10
                            ) + 10
                          )
                        )
                        THEN "t8"."gap" * (
                          10 - (
                            (
                              (
                                (
                                  "t8"."n" - 1
                                ) - 1
                              ) * 9
                            ) % 10
                          )
                        )
                        WHEN (
                          (
                            (
                              (
                                "t8"."rank" - 1
                              ) * 10
                            ) - 10
                          ) <= (
                            (
                              (
                                "t8"."n" - 1
                              ) - 1
                            ) * 9
                          )
                        )
                        AND (
                          (
                            (
                              (
                                "t8"."n" - 1
                              ) - 1
                            ) * 9
                          ) < (
                            (
                              "t8"."rank" - 1
                            ) * 10
                          )
                        )
                        THEN "t8"."gap" * (
                          (
                            (
                              (
                                "t8"."n" - 1
                              ) - 1
                            ) * 9
                          ) % 10
                        )
                        ELSE 0
                      END
                      ELSE 0
                    END
                  ) AS "p90x10",
                  minIf("t8"."gap", "t8"."place" >= (
                    "t8"."n" - 2
                  )) AS "least",
                  minIf("t8"."rank", "t8"."place" >= (
                    "t8"."n" - 2
                  )) AS "a",
                  maxIf("t8"."rank", "t8"."place" >= (
                    "t8"."n" - 2
                  )) AS "b",
                  maxIf(
                    "t8"."gap",
                    (
                      "t8"."rank" * 2
                    ) = (
                      (
                        (
                          "t8"."n" - 2
                        ) - (
                          "t8"."n" % 2
                        )
                      ) + 0
                    )
                  ) AS "g0",
                  maxIf(
                    "t8"."gap",
                    (
                      "t8"."rank" * 2
                    ) = (
                      (
                        (
                          "t8"."n" - 2
                        ) - (
                          "t8"."n" % 2
                        )
                      ) + 2
                    )
                  ) AS "g1",
                  maxIf(
                    "t8"."gap",
                    (
                      "t8"."rank" * 2
                    ) = (
                      (
                        (
                          "t8"."n" - 2
                        ) - (
                          "t8"."n" % 2
                        )
                      ) + 4
                    )
                  ) AS "g2",
                  maxIf(
                    "t8"."gap",
                    (
                      "t8"."rank" * 2
                    ) = (
                      (
                        (
                          "t8"."n" - 2
                        ) - (
                          "t8"."n" % 2
                        )
                      ) + 6
                    )
                  ) AS "g3"
                FROM (
                  SELECT
                    "t7"."customer" AS "customer",
                    "t7"."day" AS "day",
                    "t7"."spend" AS "spend",
                    "t7"."place" AS "place",
                    "t7"."n" AS "n",
                    "t7"."gap" AS "gap",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t7"."customer"
                      ORDER BY "t7"."gap" ASC, "t7"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "rank"
                  FROM (
                    SELECT
                      "t6".*
                      EXCEPT ("previous")
                    FROM (
                      SELECT
                        "t5"."customer" AS "customer",
                        "t5"."day" AS "day",
                        "t5"."spend" AS "spend",
                        "t5"."previous" AS "previous",
                        CAST("t5"."place" AS Nullable(Int32)) AS "place",
                        CAST("t5"."n" AS Nullable(Int32)) AS "n",
                        CAST(CASE
                          WHEN "t5"."place" = 0
                          THEN -1
                          ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
                        END AS Nullable(Int32)) AS "gap"
                      FROM (
                        SELECT
                          "t3"."customer" AS "customer",
                          "t3"."day" AS "day",
                          "t3"."spend" AS "spend",
                          lagInFrame("t3"."day", 1) OVER (
                            PARTITION BY "t3"."customer"
                            ORDER BY "t3"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "previous",
                          ROW_NUMBER() OVER (
                            PARTITION BY "t3"."customer"
                            ORDER BY "t3"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) - 1 AS "place",
                          COUNT(*) OVER (
                            PARTITION BY "t3"."customer"
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "n"
                        FROM "t2" AS "t3"
                      ) AS "t5"
                    ) AS "t6"
                  ) AS "t7"
                ) AS "t8"
                GROUP BY
                  "t8"."customer"
              ) AS "t12"
            ) AS "t13"
          ) AS "t17"
        ) AS "t19"
        INNER JOIN (
          SELECT
            "t14"."customer" AS "customer",
            "t14"."q0" AS "q0",
            "t14"."q1" AS "q1",
            "t14"."q2" AS "q2",
            "t14"."q3" AS "q3",
            "t14"."peak" AS "peak",
            "t14"."q0" + "t14"."q1" AS "level"
          FROM (
            SELECT
              "t11"."customer" AS "customer",
              MAX(
                CASE
                  WHEN "t11"."quarter" > 0
                  THEN GREATEST(
                    "t11"."money" + CASE
                      WHEN "t11"."after" = (
                        "t11"."quarter" - 1
                      )
                      THEN "t11"."gained"
                      ELSE "t11"."money" * 0
                    END,
                    "t11"."money" + CASE
                      WHEN "t11"."before" = (
                        "t11"."quarter" + 1
                      )
                      THEN "t11"."had"
                      ELSE "t11"."money" * 0
                    END
                  )
                  ELSE "t11"."money" + CASE
                    WHEN "t11"."before" = (
                      "t11"."quarter" + 1
                    )
                    THEN "t11"."had"
                    ELSE "t11"."money" * 0
                  END
                END
              ) AS "peak",
              SUM(CASE WHEN "t11"."quarter" = 0 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t11"."quarter" = 1 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t11"."quarter" = 2 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t11"."quarter" = 3 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q3"
            FROM (
              SELECT
                "t10"."customer" AS "customer",
                "t10"."quarter" AS "quarter",
                "t10"."money" AS "money",
                lagInFrame("t10"."quarter", 1) OVER (
                  PARTITION BY "t10"."customer"
                  ORDER BY "t10"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "after",
                lagInFrame("t10"."money", 1) OVER (
                  PARTITION BY "t10"."customer"
                  ORDER BY "t10"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "gained",
                leadInFrame("t10"."quarter", 1) OVER (
                  PARTITION BY "t10"."customer"
                  ORDER BY "t10"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "before",
                leadInFrame("t10"."money", 1) OVER (
                  PARTITION BY "t10"."customer"
                  ORDER BY "t10"."quarter" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "had"
              FROM (
                SELECT
                  "t9"."customer" AS "customer",
                  "t9"."quarter" AS "quarter",
                  SUM("t9"."spend") AS "money"
                FROM (
                  SELECT
                    "t7"."customer" AS "customer",
                    "t7"."spend" AS "spend",
                    CAST((
                      DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) - (
                        DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) % 91
                      )
                    ) / 91 AS Nullable(Int64)) AS "quarter"
                  FROM (
                    SELECT
                      "t6".*
                      EXCEPT ("previous")
                    FROM (
                      SELECT
                        "t5"."customer" AS "customer",
                        "t5"."day" AS "day",
                        "t5"."spend" AS "spend",
                        "t5"."previous" AS "previous",
                        CAST("t5"."place" AS Nullable(Int32)) AS "place",
                        CAST("t5"."n" AS Nullable(Int32)) AS "n",
                        CAST(CASE
                          WHEN "t5"."place" = 0
                          THEN -1
                          ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
                        END AS Nullable(Int32)) AS "gap"
                      FROM (
                        SELECT
                          "t3"."customer" AS "customer",
                          "t3"."day" AS "day",
                          "t3"."spend" AS "spend",
                          lagInFrame("t3"."day", 1) OVER (
                            PARTITION BY "t3"."customer"
                            ORDER BY "t3"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "previous",
                          ROW_NUMBER() OVER (
                            PARTITION BY "t3"."customer"
                            ORDER BY "t3"."day" ASC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) - 1 AS "place",
                          COUNT(*) OVER (
                            PARTITION BY "t3"."customer"
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                          ) AS "n"
                        FROM "t2" AS "t3"
                      ) AS "t5"
                    ) AS "t6"
                  ) AS "t7"
                ) AS "t9"
                GROUP BY
                  "t9"."customer",
                  "t9"."quarter"
              ) AS "t10"
            ) AS "t11"
            GROUP BY
              "t11"."customer"
          ) AS "t14"
        ) AS "t16"
          ON "t19"."customer" = "t16"."customer"
      ) AS "t20"
    ) AS "t22"
      ON "t4"."customer" = "t22"."customer"
  ) AS "t23"
  WHERE
    DATE_DIFF(DAY, "t23"."day", "t23"."last_day") < 365
) AS "t24"
GROUP BY
  "t24"."customer";

-- thinning_out
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
), "t20" AS (
  SELECT
    "t19"."customer" AS "customer",
    "t19"."orders" AS "orders",
    "t19"."first_day" AS "first_day",
    "t19"."last_day" AS "last_day",
    "t19"."gap2" AS "gap2",
    "t19"."p90x10" AS "p90x10",
    "t19"."slower" AS "slower",
    "t16"."q0" AS "q0",
    "t16"."q1" AS "q1",
    "t16"."q2" AS "q2",
    "t16"."q3" AS "q3",
    "t16"."peak" AS "peak",
    "t16"."level" AS "level"
  FROM (
    SELECT
      "t17"."customer" AS "customer",
      "t17"."orders" AS "orders",
      "t17"."first_day" AS "first_day",
      "t17"."last_day" AS "last_day",
      "t17"."gap2" AS "gap2",
      "t17"."p90x10" AS "p90x10",
      CASE
        WHEN (
          "t17"."orders" >= 5
        )
        AND (
          (
            "t17"."least" * 4
          ) > (
            (
              CASE
                WHEN "t17"."u" = 0
                THEN "t17"."g0"
                WHEN "t17"."u" = 1
                THEN "t17"."g1"
                WHEN "t17"."u" = 2
                THEN "t17"."g2"
                ELSE "t17"."g3"
              END + CASE
                WHEN "t17"."v" = 0
                THEN "t17"."g0"
                WHEN "t17"."v" = 1
                THEN "t17"."g1"
                WHEN "t17"."v" = 2
                THEN "t17"."g2"
                ELSE "t17"."g3"
              END
            ) * 3
          )
        )
        THEN TRUE
        ELSE FALSE
      END AS "slower"
    FROM (
      SELECT
        "t13"."customer" AS "customer",
        "t13"."orders" AS "orders",
        "t13"."first_day" AS "first_day",
        "t13"."last_day" AS "last_day",
        "t13"."gap2" AS "gap2",
        "t13"."p90x10" AS "p90x10",
        "t13"."least" AS "least",
        "t13"."a" AS "a",
        "t13"."b" AS "b",
        "t13"."g0" AS "g0",
        "t13"."g1" AS "g1",
        "t13"."g2" AS "g2",
        "t13"."g3" AS "g3",
        "t13"."odd" AS "odd",
        "t13"."first" AS "first",
        (
          "t13"."first" + CASE WHEN "t13"."a" <= "t13"."first" THEN 1 ELSE 0 END + CASE
            WHEN "t13"."b" <= (
              "t13"."first" + CASE WHEN "t13"."a" <= "t13"."first" THEN 1 ELSE 0 END
            )
            THEN 1
            ELSE 0
          END
        ) - "t13"."first" AS "u",
        (
          "t13"."first" + "t13"."odd" + CASE WHEN "t13"."a" <= (
            "t13"."first" + "t13"."odd"
          ) THEN 1 ELSE 0 END + CASE
            WHEN "t13"."b" <= (
              "t13"."first" + "t13"."odd" + CASE WHEN "t13"."a" <= (
                "t13"."first" + "t13"."odd"
              ) THEN 1 ELSE 0 END
            )
            THEN 1
            ELSE 0
          END
        ) - "t13"."first" AS "v"
      FROM (
        SELECT
          "t12"."customer" AS "customer",
          "t12"."orders" AS "orders",
          "t12"."first_day" AS "first_day",
          "t12"."last_day" AS "last_day",
          "t12"."gap2" AS "gap2",
          "t12"."p90x10" AS "p90x10",
          "t12"."least" AS "least",
          "t12"."a" AS "a",
          "t12"."b" AS "b",
          "t12"."g0" AS "g0",
          "t12"."g1" AS "g1",
          "t12"."g2" AS "g2",
          "t12"."g3" AS "g3",
          "t12"."orders" % 2 AS "odd",
          CAST((
            (
              "t12"."orders" - 2
            ) - (
              "t12"."orders" % 2
            )
          ) / 2 AS Nullable(Int64)) AS "first"
        FROM (
          SELECT
            "t8"."customer" AS "customer",
            COUNT(*) AS "orders",
            MIN("t8"."day") AS "first_day",
            MAX("t8"."day") AS "last_day",
            SUM(
              CASE
                WHEN "t8"."gap" >= 0
                THEN CASE
                  WHEN CASE
                    WHEN (
                      (
                        "t8"."n" - 1
                      ) % 2
                    ) = 1
                    THEN (
                      "t8"."rank" * 2
                    ) = (
                      (
                        "t8"."n" - 1
                      ) + 1
                    )
                    ELSE (
                      (
                        "t8"."rank" * 2
                      ) = (
                        "t8"."n" - 1
                      )
                    )
                    OR (
                      (
                        "t8"."rank" * 2
                      ) = (
                        (
                          "t8"."n" - 1
                        ) + 2
                      )
                    )
                  END
                  THEN "t8"."gap" * CASE WHEN (
                    (
                      "t8"."n" - 1
                    ) % 2
                  ) = 1 THEN 2 ELSE 1 END
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "gap2",
            SUM(
              CASE
                WHEN "t8"."gap" >= 0
                THEN CASE
                  WHEN (
                    (
                      (
                        "t8"."rank" - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          "t8"."rank" - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN "t8"."gap" * (
                    10 - (
                      (
                        (
                          (
                            "t8"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          "t8"."rank" - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        "t8"."rank" - 1
                      ) * 10
                    )
                  )
                  THEN "t8"."gap" * (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "p90x10",
            minIf("t8"."gap", "t8"."place" >= (
              "t8"."n" - 2
            )) AS "least",
            minIf("t8"."rank", "t8"."place" >= (
              "t8"."n" - 2
            )) AS "a",
            maxIf("t8"."rank", "t8"."place" >= (
              "t8"."n" - 2
            )) AS "b",
            maxIf(
              "t8"."gap",
              (
                "t8"."rank" * 2
              ) = (
                (
                  (
                    "t8"."n" - 2
                  ) - (
                    "t8"."n" % 2
                  )
                ) + 0
              )
            ) AS "g0",
            maxIf(
              "t8"."gap",
              (
                "t8"."rank" * 2
              ) = (
                (
                  (
                    "t8"."n" - 2
                  ) - (
                    "t8"."n" % 2
                  )
                ) + 2
              )
            ) AS "g1",
            maxIf(
              "t8"."gap",
              (
                "t8"."rank" * 2
              ) = (
                (
                  (
                    "t8"."n" - 2
                  ) - (
                    "t8"."n" % 2
                  )
                ) + 4
              )
            ) AS "g2",
            maxIf(
              "t8"."gap",
              (
                "t8"."rank" * 2
              ) = (
                (
                  (
                    "t8"."n" - 2
                  ) - (
                    "t8"."n" % 2
                  )
                ) + 6
              )
            ) AS "g3"
          FROM (
            SELECT
              "t7"."customer" AS "customer",
              "t7"."day" AS "day",
              "t7"."spend" AS "spend",
              "t7"."place" AS "place",
              "t7"."n" AS "n",
              "t7"."gap" AS "gap",
              ROW_NUMBER() OVER (
                PARTITION BY "t7"."customer"
                ORDER BY "t7"."gap" ASC, "t7"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "rank"
            FROM (
              SELECT
                "t6".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t5"."customer" AS "customer",
                  "t5"."day" AS "day",
                  "t5"."spend" AS "spend",
                  "t5"."previous" AS "previous",
                  CAST("t5"."place" AS Nullable(Int32)) AS "place",
                  CAST("t5"."n" AS Nullable(Int32)) AS "n",
                  CAST(CASE
                    WHEN "t5"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
                  END AS Nullable(Int32)) AS "gap"
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    lagInFrame("t3"."day", 1) OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t3"."customer"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM "t2" AS "t3"
                ) AS "t5"
              ) AS "t6"
            ) AS "t7"
          ) AS "t8"
          GROUP BY
            "t8"."customer"
        ) AS "t12"
      ) AS "t13"
    ) AS "t17"
  ) AS "t19"
  INNER JOIN (
    SELECT
      "t14"."customer" AS "customer",
      "t14"."q0" AS "q0",
      "t14"."q1" AS "q1",
      "t14"."q2" AS "q2",
      "t14"."q3" AS "q3",
      "t14"."peak" AS "peak",
      "t14"."q0" + "t14"."q1" AS "level"
    FROM (
      SELECT
        "t11"."customer" AS "customer",
        MAX(
          CASE
            WHEN "t11"."quarter" > 0
            THEN GREATEST(
              "t11"."money" + CASE
                WHEN "t11"."after" = (
                  "t11"."quarter" - 1
                )
                THEN "t11"."gained"
                ELSE "t11"."money" * 0
              END,
              "t11"."money" + CASE
                WHEN "t11"."before" = (
                  "t11"."quarter" + 1
                )
                THEN "t11"."had"
                ELSE "t11"."money" * 0
              END
            )
            ELSE "t11"."money" + CASE
              WHEN "t11"."before" = (
                "t11"."quarter" + 1
              )
              THEN "t11"."had"
              ELSE "t11"."money" * 0
            END
          END
        ) AS "peak",
        SUM(CASE WHEN "t11"."quarter" = 0 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q0",
        SUM(CASE WHEN "t11"."quarter" = 1 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q1",
        SUM(CASE WHEN "t11"."quarter" = 2 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q2",
        SUM(CASE WHEN "t11"."quarter" = 3 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q3"
      FROM (
        SELECT
          "t10"."customer" AS "customer",
          "t10"."quarter" AS "quarter",
          "t10"."money" AS "money",
          lagInFrame("t10"."quarter", 1) OVER (
            PARTITION BY "t10"."customer"
            ORDER BY "t10"."quarter" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "after",
          lagInFrame("t10"."money", 1) OVER (
            PARTITION BY "t10"."customer"
            ORDER BY "t10"."quarter" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "gained",
          leadInFrame("t10"."quarter", 1) OVER (
            PARTITION BY "t10"."customer"
            ORDER BY "t10"."quarter" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "before",
          leadInFrame("t10"."money", 1) OVER (
            PARTITION BY "t10"."customer"
            ORDER BY "t10"."quarter" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "had"
        FROM (
          SELECT
            "t9"."customer" AS "customer",
            "t9"."quarter" AS "quarter",
            SUM("t9"."spend") AS "money"
          FROM (
            SELECT
              "t7"."customer" AS "customer",
              "t7"."spend" AS "spend",
              CAST((
                DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) - (
                  DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) % 91
                )
              ) / 91 AS Nullable(Int64)) AS "quarter"
            FROM (
              SELECT
                "t6".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t5"."customer" AS "customer",
                  "t5"."day" AS "day",
                  "t5"."spend" AS "spend",
                  "t5"."previous" AS "previous",
                  CAST("t5"."place" AS Nullable(Int32)) AS "place",
                  CAST("t5"."n" AS Nullable(Int32)) AS "n",
                  CAST(CASE
                    WHEN "t5"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
                  END AS Nullable(Int32)) AS "gap"
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    lagInFrame("t3"."day", 1) OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t3"."customer"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM "t2" AS "t3"
                ) AS "t5"
              ) AS "t6"
            ) AS "t7"
          ) AS "t9"
          GROUP BY
            "t9"."customer",
            "t9"."quarter"
        ) AS "t10"
      ) AS "t11"
      GROUP BY
        "t11"."customer"
    ) AS "t14"
  ) AS "t16"
    ON "t19"."customer" = "t16"."customer"
)
SELECT
  "t31"."customer" AS "customer",
  "t31"."orders" AS "orders",
  "t31"."last_day" AS "last_day",
  "t31"."idle" AS "idle",
  CAST("t31"."gap2" AS Nullable(Float64)) / 2 AS "gap",
  CAST("t31"."p90x10" AS Nullable(Float64)) / 10 AS "p90",
  (
    "t31"."idle" * 10
  ) > "t31"."p90x10" AS "late",
  "t31"."slower" AS "slower",
  "t31"."year" AS "value"
FROM (
  SELECT
    "t30".*
    EXCEPT ("customer_right")
  FROM (
    SELECT
      "t25"."customer" AS "customer",
      "t25"."orders" AS "orders",
      "t25"."first_day" AS "first_day",
      "t25"."last_day" AS "last_day",
      "t25"."gap2" AS "gap2",
      "t25"."p90x10" AS "p90x10",
      "t25"."slower" AS "slower",
      "t25"."q0" AS "q0",
      "t25"."q1" AS "q1",
      "t25"."q2" AS "q2",
      "t25"."q3" AS "q3",
      "t25"."peak" AS "peak",
      "t25"."level" AS "level",
      "t25"."idle" AS "idle",
      "t25"."tenure" AS "tenure",
      "t25"."recent" AS "recent",
      "t25"."before" AS "before",
      "t29"."customer" AS "customer_right",
      "t29"."year" AS "year"
    FROM (
      SELECT
        "t21"."customer" AS "customer",
        "t21"."orders" AS "orders",
        "t21"."first_day" AS "first_day",
        "t21"."last_day" AS "last_day",
        "t21"."gap2" AS "gap2",
        "t21"."p90x10" AS "p90x10",
        "t21"."slower" AS "slower",
        "t21"."q0" AS "q0",
        "t21"."q1" AS "q1",
        "t21"."q2" AS "q2",
        "t21"."q3" AS "q3",
        "t21"."peak" AS "peak",
        "t21"."level" AS "level",
        DATE_DIFF(DAY, "t21"."last_day", toDate('2024-06-30')) AS "idle",
        DATE_DIFF(DAY, "t21"."first_day", toDate('2024-06-30')) AS "tenure",
        "t21"."q0" + "t21"."q1" AS "recent",
        "t21"."q2" + "t21"."q3" AS "before"
      FROM "t20" AS "t21"
    ) AS "t25"
    LEFT OUTER JOIN (
      SELECT
        "t27"."customer" AS "customer",
        SUM("t27"."spend") AS "year"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t4"."customer" AS "customer",
            "t4"."day" AS "day",
            "t4"."spend" AS "spend",
            "t23"."last_day" AS "last_day"
          FROM "t2" AS "t4"
          INNER JOIN (
            SELECT
              "t21"."customer" AS "customer",
              "t21"."last_day" AS "last_day"
            FROM "t20" AS "t21"
          ) AS "t23"
            ON "t4"."customer" = "t23"."customer"
        ) AS "t26"
        WHERE
          DATE_DIFF(DAY, "t26"."day", "t26"."last_day") < 365
      ) AS "t27"
      GROUP BY
        "t27"."customer"
    ) AS "t29"
      ON "t25"."customer" = "t29"."customer"
  ) AS "t30"
) AS "t31"
WHERE
  "t31"."orders" >= 4;

-- cohorts_month
SELECT
  "t9"."cohort" AS "cohort",
  "t9"."age" AS "age",
  SUM("t9"."comes") AS "customers",
  SUM("t9"."spend") AS "revenue"
FROM (
  SELECT
    "t6"."spend" AS "spend",
    "t8"."cohort" AS "cohort",
    CAST((
      (
        (
          (
            CAST(toYear("t6"."day") AS Nullable(Int64)) * 12
          ) + CAST(toMonth("t6"."day") AS Nullable(Int64))
        ) - 1
      ) - (
        (
          (
            (
              CAST(toYear("t6"."day") AS Nullable(Int64)) * 12
            ) + CAST(toMonth("t6"."day") AS Nullable(Int64))
          ) - 1
        ) % 1
      )
    ) / 1 AS Nullable(Int64)) - "t8"."cohort" AS "age",
    CASE
      WHEN (
        "t6"."gap" >= 0
      )
      AND (
        CAST((
          (
            (
              (
                CAST(toYear("t6"."day" - INTERVAL "t6"."gap" DAY) AS Nullable(Int64)) * 12
              ) + CAST(toMonth("t6"."day" - INTERVAL "t6"."gap" DAY) AS Nullable(Int64))
            ) - 1
          ) - (
            (
              (
                (
                  CAST(toYear("t6"."day" - INTERVAL "t6"."gap" DAY) AS Nullable(Int64)) * 12
                ) + CAST(toMonth("t6"."day" - INTERVAL "t6"."gap" DAY) AS Nullable(Int64))
              ) - 1
            ) % 1
          )
        ) / 1 AS Nullable(Int64)) = CAST((
          (
            (
              (
                CAST(toYear("t6"."day") AS Nullable(Int64)) * 12
              ) + CAST(toMonth("t6"."day") AS Nullable(Int64))
            ) - 1
          ) - (
            (
              (
                (
                  CAST(toYear("t6"."day") AS Nullable(Int64)) * 12
                ) + CAST(toMonth("t6"."day") AS Nullable(Int64))
              ) - 1
            ) % 1
          )
        ) / 1 AS Nullable(Int64))
      )
      THEN 0
      ELSE 1
    END AS "comes"
  FROM (
    SELECT
      "t4".*
      EXCEPT ("previous")
    FROM (
      SELECT
        "t3"."customer" AS "customer",
        "t3"."day" AS "day",
        "t3"."spend" AS "spend",
        "t3"."previous" AS "previous",
        CAST("t3"."place" AS Nullable(Int32)) AS "place",
        CAST("t3"."n" AS Nullable(Int32)) AS "n",
        CAST(CASE
          WHEN "t3"."place" = 0
          THEN -1
          ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
        END AS Nullable(Int32)) AS "gap"
      FROM (
        SELECT
          "t2"."customer" AS "customer",
          "t2"."day" AS "day",
          "t2"."spend" AS "spend",
          lagInFrame("t2"."day", 1) OVER (
            PARTITION BY "t2"."customer"
            ORDER BY "t2"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "previous",
          ROW_NUMBER() OVER (
            PARTITION BY "t2"."customer"
            ORDER BY "t2"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "place",
          COUNT(*) OVER (
            PARTITION BY "t2"."customer"
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "n"
        FROM (
          SELECT
            "t1"."customer" AS "customer",
            "t1"."day" AS "day",
            SUM("t1"."amount") AS "spend"
          FROM (
            SELECT
              *
            FROM "orders" AS "t0"
            WHERE
              "t0"."day" <= toDate('2024-06-30')
          ) AS "t1"
          GROUP BY
            "t1"."customer",
            "t1"."day"
        ) AS "t2"
      ) AS "t3"
    ) AS "t4"
  ) AS "t6"
  INNER JOIN (
    SELECT
      "t5"."customer" AS "customer",
      CAST((
        (
          (
            (
              CAST(toYear("t5"."day") AS Nullable(Int64)) * 12
            ) + CAST(toMonth("t5"."day") AS Nullable(Int64))
          ) - 1
        ) - (
          (
            (
              (
                CAST(toYear("t5"."day") AS Nullable(Int64)) * 12
              ) + CAST(toMonth("t5"."day") AS Nullable(Int64))
            ) - 1
          ) % 1
        )
      ) / 1 AS Nullable(Int64)) AS "cohort"
    FROM (
      SELECT
        "t4".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t3"."customer" AS "customer",
          "t3"."day" AS "day",
          "t3"."spend" AS "spend",
          "t3"."previous" AS "previous",
          CAST("t3"."place" AS Nullable(Int32)) AS "place",
          CAST("t3"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t3"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t2"."customer" AS "customer",
            "t2"."day" AS "day",
            "t2"."spend" AS "spend",
            lagInFrame("t2"."day", 1) OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t2"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM (
            SELECT
              "t1"."customer" AS "customer",
              "t1"."day" AS "day",
              SUM("t1"."amount") AS "spend"
            FROM (
              SELECT
                *
              FROM "orders" AS "t0"
              WHERE
                "t0"."day" <= toDate('2024-06-30')
            ) AS "t1"
            GROUP BY
              "t1"."customer",
              "t1"."day"
          ) AS "t2"
        ) AS "t3"
      ) AS "t4"
    ) AS "t5"
    WHERE
      "t5"."place" = 0
  ) AS "t8"
    ON "t6"."customer" = "t8"."customer"
) AS "t9"
GROUP BY
  "t9"."cohort",
  "t9"."age";

-- cohorts_week
SELECT
  "t9"."cohort" AS "cohort",
  "t9"."age" AS "age",
  SUM("t9"."comes") AS "customers",
  SUM("t9"."spend") AS "revenue"
FROM (
  SELECT
    "t6"."spend" AS "spend",
    "t8"."cohort" AS "cohort",
    CAST((
      (
        DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day") + 700000
      ) - (
        (
          DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day") + 700000
        ) % 7
      )
    ) / 7 AS Nullable(Int64)) - "t8"."cohort" AS "age",
    CASE
      WHEN (
        "t6"."gap" >= 0
      )
      AND (
        CAST((
          (
            DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day" - INTERVAL "t6"."gap" DAY) + 700000
          ) - (
            (
              DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day" - INTERVAL "t6"."gap" DAY) + 700000
            ) % 7
          )
        ) / 7 AS Nullable(Int64)) = CAST((
          (
            DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day") + 700000
          ) - (
            (
              DATE_DIFF(DAY, toDate('1970-01-05'), "t6"."day") + 700000
            ) % 7
          )
        ) / 7 AS Nullable(Int64))
      )
      THEN 0
      ELSE 1
    END AS "comes"
  FROM (
    SELECT
      "t4".*
      EXCEPT ("previous")
    FROM (
      SELECT
        "t3"."customer" AS "customer",
        "t3"."day" AS "day",
        "t3"."spend" AS "spend",
        "t3"."previous" AS "previous",
        CAST("t3"."place" AS Nullable(Int32)) AS "place",
        CAST("t3"."n" AS Nullable(Int32)) AS "n",
        CAST(CASE
          WHEN "t3"."place" = 0
          THEN -1
          ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
        END AS Nullable(Int32)) AS "gap"
      FROM (
        SELECT
          "t2"."customer" AS "customer",
          "t2"."day" AS "day",
          "t2"."spend" AS "spend",
          lagInFrame("t2"."day", 1) OVER (
            PARTITION BY "t2"."customer"
            ORDER BY "t2"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "previous",
          ROW_NUMBER() OVER (
            PARTITION BY "t2"."customer"
            ORDER BY "t2"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "place",
          COUNT(*) OVER (
            PARTITION BY "t2"."customer"
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS "n"
        FROM (
          SELECT
            "t1"."customer" AS "customer",
            "t1"."day" AS "day",
            SUM("t1"."amount") AS "spend"
          FROM (
            SELECT
              *
            FROM "orders" AS "t0"
            WHERE
              "t0"."day" <= toDate('2024-06-30')
          ) AS "t1"
          GROUP BY
            "t1"."customer",
            "t1"."day"
        ) AS "t2"
      ) AS "t3"
    ) AS "t4"
  ) AS "t6"
  INNER JOIN (
    SELECT
      "t5"."customer" AS "customer",
      CAST((
        (
          DATE_DIFF(DAY, toDate('1970-01-05'), "t5"."day") + 700000
        ) - (
          (
            DATE_DIFF(DAY, toDate('1970-01-05'), "t5"."day") + 700000
          ) % 7
        )
      ) / 7 AS Nullable(Int64)) AS "cohort"
    FROM (
      SELECT
        "t4".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t3"."customer" AS "customer",
          "t3"."day" AS "day",
          "t3"."spend" AS "spend",
          "t3"."previous" AS "previous",
          CAST("t3"."place" AS Nullable(Int32)) AS "place",
          CAST("t3"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t3"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t2"."customer" AS "customer",
            "t2"."day" AS "day",
            "t2"."spend" AS "spend",
            lagInFrame("t2"."day", 1) OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t2"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM (
            SELECT
              "t1"."customer" AS "customer",
              "t1"."day" AS "day",
              SUM("t1"."amount") AS "spend"
            FROM (
              SELECT
                *
              FROM "orders" AS "t0"
              WHERE
                "t0"."day" <= toDate('2024-06-30')
            ) AS "t1"
            GROUP BY
              "t1"."customer",
              "t1"."day"
          ) AS "t2"
        ) AS "t3"
      ) AS "t4"
    ) AS "t5"
    WHERE
      "t5"."place" = 0
  ) AS "t8"
    ON "t6"."customer" = "t8"."customer"
) AS "t9"
GROUP BY
  "t9"."cohort",
  "t9"."age";

-- rates
SELECT
  "t1"."customer" AS "customer",
  MIN("t1"."day") AS "first_day",
  SUM(CASE WHEN "t1"."day" >= toDate('2023-07-01') THEN 1 ELSE 0 END) AS "orders",
  SUM(
    CASE
      WHEN "t1"."day" >= toDate('2023-07-01')
      THEN "t1"."amount"
      ELSE "t1"."amount" * 0
    END
  ) AS "money",
  SUM(
    CASE
      WHEN (
        "t1"."day" >= toDate('2022-07-01')
      )
      AND (
        "t1"."day" <= toDate('2023-06-30')
      )
      THEN 1
      ELSE 0
    END
  ) AS "earlier"
FROM (
  SELECT
    *
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" <= toDate('2024-06-30')
) AS "t1"
GROUP BY
  "t1"."customer";

