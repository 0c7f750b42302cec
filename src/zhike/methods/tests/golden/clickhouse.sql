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
    SUM("t2"."spend") AS "spend",
    argMin(tuple("t2"."spend"), "t2"."day").1 AS "first_spend"
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
  GROUP BY
    "t2"."customer"
) AS "t3";

-- lifecycle
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
), "t7" AS (
  SELECT
    "t5"."customer" AS "customer",
    "t5"."clock" AS "clock",
    "t5"."quarter" AS "quarter",
    SUM("t5"."spend") AS "money"
  FROM (
    SELECT
      "t3"."customer" AS "customer",
      toDate('2024-06-30') AS "clock",
      "t3"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM "t2" AS "t3"
  ) AS "t5"
  GROUP BY
    "t5"."customer",
    "t5"."clock",
    "t5"."quarter"
)
SELECT
  "t25"."customer" AS "customer",
  "t25"."clock" AS "clock",
  "t25"."orders" AS "orders",
  "t25"."first_day" AS "first_day",
  "t25"."last_day" AS "last_day",
  CASE WHEN "t25"."orders" < 3 THEN 91 ELSE "t25"."gap2" END AS "gap2",
  "t25"."p90x10" AS "p90x10",
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
  CASE
    WHEN (
      (
        "t25"."idle" * 2
      ) > (
        CASE WHEN "t25"."orders" < 3 THEN 91 ELSE "t25"."gap2" END * 3
      )
    )
    AND (
      "t25"."idle" > 365
    )
    THEN 'lost'
    WHEN (
      (
        "t25"."before" > 0
      )
      AND (
        (
          (
            "t25"."recent" - "t25"."before"
          ) * 10
        ) < -(
          "t25"."before" * 1
        )
      )
    )
    OR (
      (
        "t25"."q0" < "t25"."q1"
      )
      AND (
        "t25"."q1" < "t25"."q2"
      )
      AND (
        (
          (
            "t25"."q2" - "t25"."q0"
          ) * 5
        ) > (
          "t25"."q2" * 1
        )
      )
    )
    OR (
      (
        "t25"."idle" * 2
      ) > (
        CASE WHEN "t25"."orders" < 3 THEN 91 ELSE "t25"."gap2" END * 2
      )
    )
    THEN 'decline'
    WHEN (
      "t25"."orders" < 3
    )
    OR (
      (
        (
          "t25"."tenure" * 2
        ) < (
          CASE WHEN "t25"."orders" < 3 THEN 91 ELSE "t25"."gap2" END * 3
        )
      )
      OR (
        "t25"."tenure" < 90
      )
    )
    THEN 'explore'
    WHEN NOT (
      "t25"."before" > 0
    )
    OR (
      (
        (
          "t25"."recent" - "t25"."before"
        ) * 10
      ) > (
        "t25"."before" * 1
      )
    )
    THEN 'build'
    WHEN (
      "t25"."tenure" >= 364
    )
    AND (
      (
        "t25"."level" * 5
      ) >= (
        "t25"."peak" * 4
      )
    )
    THEN 'stable'
    ELSE 'build'
  END AS "stage"
FROM (
  SELECT
    "t24"."customer" AS "customer",
    "t24"."clock" AS "clock",
    "t24"."orders" AS "orders",
    "t24"."first_day" AS "first_day",
    "t24"."last_day" AS "last_day",
    "t24"."gap2" AS "gap2",
    "t24"."p90x10" AS "p90x10",
    "t24"."q0" AS "q0",
    "t24"."q1" AS "q1",
    "t24"."q2" AS "q2",
    "t24"."q3" AS "q3",
    "t24"."peak" AS "peak",
    "t24"."level" AS "level",
    DATE_DIFF(DAY, "t24"."last_day", "t24"."clock") AS "idle",
    DATE_DIFF(DAY, "t24"."first_day", "t24"."clock") AS "tenure",
    "t24"."q0" + "t24"."q1" AS "recent",
    "t24"."q2" + "t24"."q3" AS "before"
  FROM (
    SELECT
      "t23"."customer" AS "customer",
      "t23"."clock" AS "clock",
      "t23"."orders" AS "orders",
      "t23"."first_day" AS "first_day",
      "t23"."last_day" AS "last_day",
      "t23"."gap2" AS "gap2",
      "t23"."p90x10" AS "p90x10",
      "t21"."q0" AS "q0",
      "t21"."q1" AS "q1",
      "t21"."q2" AS "q2",
      "t21"."q3" AS "q3",
      "t21"."peak" AS "peak",
      "t21"."level" AS "level"
    FROM (
      SELECT
        "t16"."customer" AS "customer",
        "t16"."clock" AS "clock",
        COUNT(*) AS "orders",
        MIN("t16"."day") AS "first_day",
        MAX("t16"."day") AS "last_day",
        SUM(
          CASE
            WHEN "t16"."gap" >= 0
            THEN CASE
              WHEN CASE
                WHEN (
                  (
                    "t16"."n" - 1
                  ) % 2
                ) = 1
                THEN (
                  "t16"."rank" * 2
                ) = (
                  (
                    "t16"."n" - 1
                  ) + 1
                )
                ELSE (
                  (
                    "t16"."rank" * 2
                  ) = (
                    "t16"."n" - 1
                  )
                )
                OR (
                  (
                    "t16"."rank" * 2
                  ) = (
                    (
                      "t16"."n" - 1
                    ) + 2
                  )
                )
              END
              THEN "t16"."gap" * CASE WHEN (
                (
                  "t16"."n" - 1
                ) % 2
              ) = 1 THEN 2 ELSE 1 END
              ELSE 0
            END
            ELSE 0
          END
        ) AS "gap2",
        SUM(
          CASE
            WHEN "t16"."gap" >= 0
            THEN CASE
              WHEN (
                (
                  (
                    "t16"."rank" - 1
                  ) * 10
                ) <= (
                  (
                    (
                      "t16"."n" - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      "t16"."n" - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    (
                      "t16"."rank" - 1
                    ) * 10
                  ) + 10
                )
              )
              THEN "t16"."gap" * (
                10 - (
                  (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
              )
              WHEN (
                (
                  (
                    (
                      "t16"."rank" - 1
                    ) * 10
                  ) - 10
                ) <= (
                  (
                    (
                      "t16"."n" - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      "t16"."n" - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    "t16"."rank" - 1
                  ) * 10
                )
              )
              THEN "t16"."gap" * (
                (
                  (
                    (
                      "t16"."n" - 1
                    ) - 1
                  ) * 9
                ) % 10
              )
              ELSE 0
            END
            ELSE 0
          END
        ) AS "p90x10"
      FROM (
        SELECT
          "t10"."customer" AS "customer",
          "t10"."day" AS "day",
          "t10"."spend" AS "spend",
          "t10"."clock" AS "clock",
          "t10"."place" AS "place",
          "t10"."n" AS "n",
          "t10"."gap" AS "gap",
          ROW_NUMBER() OVER (
            PARTITION BY "t10"."customer", "t10"."clock"
            ORDER BY "t10"."gap" ASC, "t10"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "rank"
        FROM (
          SELECT
            "t9".*
            EXCEPT ("previous")
          FROM (
            SELECT
              "t6"."customer" AS "customer",
              "t6"."day" AS "day",
              "t6"."spend" AS "spend",
              "t6"."clock" AS "clock",
              "t6"."previous" AS "previous",
              "t6"."place" AS "place",
              "t6"."n" AS "n",
              CASE
                WHEN "t6"."place" = 0
                THEN -1
                ELSE DATE_DIFF(DAY, "t6"."previous", "t6"."day")
              END AS "gap"
            FROM (
              SELECT
                "t4"."customer" AS "customer",
                "t4"."day" AS "day",
                "t4"."spend" AS "spend",
                "t4"."clock" AS "clock",
                lagInFrame("t4"."day", 1) OVER (
                  PARTITION BY "t4"."customer", "t4"."clock"
                  ORDER BY "t4"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "previous",
                ROW_NUMBER() OVER (
                  PARTITION BY "t4"."customer", "t4"."clock"
                  ORDER BY "t4"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) - 1 AS "place",
                COUNT(*) OVER (
                  PARTITION BY "t4"."customer", "t4"."clock"
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "n"
              FROM (
                SELECT
                  "t3"."customer" AS "customer",
                  "t3"."day" AS "day",
                  "t3"."spend" AS "spend",
                  toDate('2024-06-30') AS "clock"
                FROM "t2" AS "t3"
              ) AS "t4"
            ) AS "t6"
          ) AS "t9"
        ) AS "t10"
      ) AS "t16"
      GROUP BY
        "t16"."customer",
        "t16"."clock"
    ) AS "t23"
    INNER JOIN (
      SELECT
        "t15"."customer" AS "customer",
        "t15"."clock" AS "clock",
        "t15"."q0" AS "q0",
        "t15"."q1" AS "q1",
        "t15"."q2" AS "q2",
        "t15"."q3" AS "q3",
        "t19"."peak" AS "peak",
        "t15"."q0" + "t15"."q1" AS "level"
      FROM (
        SELECT
          "t8"."customer" AS "customer",
          "t8"."clock" AS "clock",
          SUM(CASE WHEN "t8"."quarter" = 0 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q0",
          SUM(CASE WHEN "t8"."quarter" = 1 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q1",
          SUM(CASE WHEN "t8"."quarter" = 2 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q2",
          SUM(CASE WHEN "t8"."quarter" = 3 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q3"
        FROM "t7" AS "t8"
        GROUP BY
          "t8"."customer",
          "t8"."clock"
      ) AS "t15"
      INNER JOIN (
        SELECT
          "t17"."customer" AS "customer",
          "t17"."clock" AS "clock",
          MAX("t17"."money") AS "peak"
        FROM (
          SELECT
            "t13"."customer" AS "customer",
            "t13"."clock" AS "clock",
            "t13"."pair" AS "pair",
            SUM("t13"."money") AS "money"
          FROM (
            SELECT
              *
            FROM (
              SELECT
                "t8"."customer" AS "customer",
                "t8"."clock" AS "clock",
                "t8"."money" AS "money",
                "t8"."quarter" AS "pair"
              FROM "t7" AS "t8"
            ) AS "t11"
            UNION ALL
            SELECT
              *
            FROM (
              SELECT
                "t8"."customer" AS "customer",
                "t8"."clock" AS "clock",
                "t8"."money" AS "money",
                "t8"."quarter" - 1 AS "pair"
              FROM "t7" AS "t8"
              WHERE
                "t8"."quarter" > 0
            ) AS "t12"
          ) AS "t13"
          GROUP BY
            "t13"."customer",
            "t13"."clock",
            "t13"."pair"
        ) AS "t17"
        GROUP BY
          "t17"."customer",
          "t17"."clock"
      ) AS "t19"
        ON "t15"."customer" = "t19"."customer" AND "t15"."clock" = "t19"."clock"
    ) AS "t21"
      ON "t23"."customer" = "t21"."customer" AND "t23"."clock" = "t21"."clock"
  ) AS "t24"
) AS "t25";

-- lifecycle_typical_gap
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
), "t7" AS (
  SELECT
    "t5"."customer" AS "customer",
    "t5"."clock" AS "clock",
    "t5"."quarter" AS "quarter",
    SUM("t5"."spend") AS "money"
  FROM (
    SELECT
      "t3"."customer" AS "customer",
      toDate('2024-06-30') AS "clock",
      "t3"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM "t2" AS "t3"
  ) AS "t5"
  GROUP BY
    "t5"."customer",
    "t5"."clock",
    "t5"."quarter"
)
SELECT
  minIf("t26"."gap2", (
    "t26"."rank" * 2
  ) >= "t26"."n") AS "gap2"
FROM (
  SELECT
    "t25"."gap2" AS "gap2",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t25"."gap2" ASC, "t25"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
  FROM (
    SELECT
      "t24"."customer" AS "customer",
      "t24"."clock" AS "clock",
      "t24"."orders" AS "orders",
      "t24"."first_day" AS "first_day",
      "t24"."last_day" AS "last_day",
      "t24"."gap2" AS "gap2",
      "t24"."p90x10" AS "p90x10",
      "t24"."q0" AS "q0",
      "t24"."q1" AS "q1",
      "t24"."q2" AS "q2",
      "t24"."q3" AS "q3",
      "t24"."peak" AS "peak",
      "t24"."level" AS "level",
      DATE_DIFF(DAY, "t24"."last_day", "t24"."clock") AS "idle",
      DATE_DIFF(DAY, "t24"."first_day", "t24"."clock") AS "tenure",
      "t24"."q0" + "t24"."q1" AS "recent",
      "t24"."q2" + "t24"."q3" AS "before"
    FROM (
      SELECT
        "t23"."customer" AS "customer",
        "t23"."clock" AS "clock",
        "t23"."orders" AS "orders",
        "t23"."first_day" AS "first_day",
        "t23"."last_day" AS "last_day",
        "t23"."gap2" AS "gap2",
        "t23"."p90x10" AS "p90x10",
        "t21"."q0" AS "q0",
        "t21"."q1" AS "q1",
        "t21"."q2" AS "q2",
        "t21"."q3" AS "q3",
        "t21"."peak" AS "peak",
        "t21"."level" AS "level"
      FROM (
        SELECT
          "t16"."customer" AS "customer",
          "t16"."clock" AS "clock",
          COUNT(*) AS "orders",
          MIN("t16"."day") AS "first_day",
          MAX("t16"."day") AS "last_day",
          SUM(
            CASE
              WHEN "t16"."gap" >= 0
              THEN CASE
                WHEN CASE
                  WHEN (
                    (
                      "t16"."n" - 1
                    ) % 2
                  ) = 1
                  THEN (
                    "t16"."rank" * 2
                  ) = (
                    (
                      "t16"."n" - 1
                    ) + 1
                  )
                  ELSE (
                    (
                      "t16"."rank" * 2
                    ) = (
                      "t16"."n" - 1
                    )
                  )
                  OR (
                    (
                      "t16"."rank" * 2
                    ) = (
                      (
                        "t16"."n" - 1
                      ) + 2
                    )
                  )
                END
                THEN "t16"."gap" * CASE WHEN (
                  (
                    "t16"."n" - 1
                  ) % 2
                ) = 1 THEN 2 ELSE 1 END
                ELSE 0
              END
              ELSE 0
            END
          ) AS "gap2",
          SUM(
            CASE
              WHEN "t16"."gap" >= 0
              THEN CASE
                WHEN (
                  (
                    (
                      "t16"."rank" - 1
                    ) * 10
                  ) <= (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      (
                        "t16"."rank" - 1
                      ) * 10
                    ) + 10
                  )
                )
                THEN "t16"."gap" * (
                  10 - (
                    (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                )
                WHEN (
                  (
                    (
                      (
                        "t16"."rank" - 1
                      ) * 10
                    ) - 10
                  ) <= (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      "t16"."rank" - 1
                    ) * 10
                  )
                )
                THEN "t16"."gap" * (
                  (
                    (
                      (
                        "t16"."n" - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
                ELSE 0
              END
              ELSE 0
            END
          ) AS "p90x10"
        FROM (
          SELECT
            "t10"."customer" AS "customer",
            "t10"."day" AS "day",
            "t10"."spend" AS "spend",
            "t10"."clock" AS "clock",
            "t10"."place" AS "place",
            "t10"."n" AS "n",
            "t10"."gap" AS "gap",
            ROW_NUMBER() OVER (
              PARTITION BY "t10"."customer", "t10"."clock"
              ORDER BY "t10"."gap" ASC, "t10"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM (
            SELECT
              "t9".*
              EXCEPT ("previous")
            FROM (
              SELECT
                "t6"."customer" AS "customer",
                "t6"."day" AS "day",
                "t6"."spend" AS "spend",
                "t6"."clock" AS "clock",
                "t6"."previous" AS "previous",
                "t6"."place" AS "place",
                "t6"."n" AS "n",
                CASE
                  WHEN "t6"."place" = 0
                  THEN -1
                  ELSE DATE_DIFF(DAY, "t6"."previous", "t6"."day")
                END AS "gap"
              FROM (
                SELECT
                  "t4"."customer" AS "customer",
                  "t4"."day" AS "day",
                  "t4"."spend" AS "spend",
                  "t4"."clock" AS "clock",
                  lagInFrame("t4"."day", 1) OVER (
                    PARTITION BY "t4"."customer", "t4"."clock"
                    ORDER BY "t4"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS "previous",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t4"."customer", "t4"."clock"
                    ORDER BY "t4"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "place",
                  COUNT(*) OVER (
                    PARTITION BY "t4"."customer", "t4"."clock"
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS "n"
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    toDate('2024-06-30') AS "clock"
                  FROM "t2" AS "t3"
                ) AS "t4"
              ) AS "t6"
            ) AS "t9"
          ) AS "t10"
        ) AS "t16"
        GROUP BY
          "t16"."customer",
          "t16"."clock"
      ) AS "t23"
      INNER JOIN (
        SELECT
          "t15"."customer" AS "customer",
          "t15"."clock" AS "clock",
          "t15"."q0" AS "q0",
          "t15"."q1" AS "q1",
          "t15"."q2" AS "q2",
          "t15"."q3" AS "q3",
          "t19"."peak" AS "peak",
          "t15"."q0" + "t15"."q1" AS "level"
        FROM (
          SELECT
            "t8"."customer" AS "customer",
            "t8"."clock" AS "clock",
            SUM(CASE WHEN "t8"."quarter" = 0 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q0",
            SUM(CASE WHEN "t8"."quarter" = 1 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q1",
            SUM(CASE WHEN "t8"."quarter" = 2 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q2",
            SUM(CASE WHEN "t8"."quarter" = 3 THEN "t8"."money" ELSE "t8"."money" * 0 END) AS "q3"
          FROM "t7" AS "t8"
          GROUP BY
            "t8"."customer",
            "t8"."clock"
        ) AS "t15"
        INNER JOIN (
          SELECT
            "t17"."customer" AS "customer",
            "t17"."clock" AS "clock",
            MAX("t17"."money") AS "peak"
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."clock" AS "clock",
              "t13"."pair" AS "pair",
              SUM("t13"."money") AS "money"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t8"."customer" AS "customer",
                  "t8"."clock" AS "clock",
                  "t8"."money" AS "money",
                  "t8"."quarter" AS "pair"
                FROM "t7" AS "t8"
              ) AS "t11"
              UNION ALL
              SELECT
                *
              FROM (
                SELECT
                  "t8"."customer" AS "customer",
                  "t8"."clock" AS "clock",
                  "t8"."money" AS "money",
                  "t8"."quarter" - 1 AS "pair"
                FROM "t7" AS "t8"
                WHERE
                  "t8"."quarter" > 0
              ) AS "t12"
            ) AS "t13"
            GROUP BY
              "t13"."customer",
              "t13"."clock",
              "t13"."pair"
          ) AS "t17"
          GROUP BY
            "t17"."customer",
            "t17"."clock"
        ) AS "t19"
          ON "t15"."customer" = "t19"."customer" AND "t15"."clock" = "t19"."clock"
      ) AS "t21"
        ON "t23"."customer" = "t21"."customer" AND "t23"."clock" = "t21"."clock"
    ) AS "t24"
    WHERE
      "t24"."orders" >= 3
  ) AS "t25"
) AS "t26";

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
), "t6" AS (
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
), "t12" AS (
  SELECT
    "t9"."customer" AS "customer",
    "t9"."clock" AS "clock",
    "t9"."quarter" AS "quarter",
    SUM("t9"."spend") AS "money"
  FROM (
    SELECT
      "t7"."customer" AS "customer",
      "t7"."clock" AS "clock",
      "t7"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t7"."day", "t7"."clock") - (
          DATE_DIFF(DAY, "t7"."day", "t7"."clock") % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM "t6" AS "t7"
  ) AS "t9"
  GROUP BY
    "t9"."customer",
    "t9"."clock",
    "t9"."quarter"
)
SELECT
  "t30"."customer" AS "customer",
  "t30"."quarters_built" AS "quarters_built",
  "t30"."quarters_stable" AS "quarters_stable",
  CASE
    WHEN "t30"."quarters_stable" >= 4
    THEN 'kept_long'
    WHEN "t30"."quarters_stable" > 0
    THEN 'early_leave'
    WHEN "t30"."quarters_built" > 0
    THEN 'cut_short'
    ELSE 'early_abort'
  END AS "pattern"
FROM (
  SELECT
    "t29"."customer" AS "customer",
    SUM(CASE WHEN "t29"."stage" = 'build' THEN 1 ELSE 0 END) AS "quarters_built",
    SUM(CASE WHEN "t29"."stage" = 'stable' THEN 1 ELSE 0 END) AS "quarters_stable"
  FROM (
    SELECT
      "t28"."customer" AS "customer",
      "t28"."clock" AS "clock",
      "t28"."orders" AS "orders",
      "t28"."first_day" AS "first_day",
      "t28"."last_day" AS "last_day",
      CASE WHEN "t28"."orders" < 3 THEN 91 ELSE "t28"."gap2" END AS "gap2",
      "t28"."p90x10" AS "p90x10",
      "t28"."q0" AS "q0",
      "t28"."q1" AS "q1",
      "t28"."q2" AS "q2",
      "t28"."q3" AS "q3",
      "t28"."peak" AS "peak",
      "t28"."level" AS "level",
      "t28"."idle" AS "idle",
      "t28"."tenure" AS "tenure",
      "t28"."recent" AS "recent",
      "t28"."before" AS "before",
      CASE
        WHEN (
          (
            "t28"."idle" * 2
          ) > (
            CASE WHEN "t28"."orders" < 3 THEN 91 ELSE "t28"."gap2" END * 3
          )
        )
        AND (
          "t28"."idle" > 365
        )
        THEN 'lost'
        WHEN (
          (
            "t28"."before" > 0
          )
          AND (
            (
              (
                "t28"."recent" - "t28"."before"
              ) * 10
            ) < -(
              "t28"."before" * 1
            )
          )
        )
        OR (
          (
            "t28"."q0" < "t28"."q1"
          )
          AND (
            "t28"."q1" < "t28"."q2"
          )
          AND (
            (
              (
                "t28"."q2" - "t28"."q0"
              ) * 5
            ) > (
              "t28"."q2" * 1
            )
          )
        )
        OR (
          (
            "t28"."idle" * 2
          ) > (
            CASE WHEN "t28"."orders" < 3 THEN 91 ELSE "t28"."gap2" END * 2
          )
        )
        THEN 'decline'
        WHEN (
          "t28"."orders" < 3
        )
        OR (
          (
            (
              "t28"."tenure" * 2
            ) < (
              CASE WHEN "t28"."orders" < 3 THEN 91 ELSE "t28"."gap2" END * 3
            )
          )
          OR (
            "t28"."tenure" < 90
          )
        )
        THEN 'explore'
        WHEN NOT (
          "t28"."before" > 0
        )
        OR (
          (
            (
              "t28"."recent" - "t28"."before"
            ) * 10
          ) > (
            "t28"."before" * 1
          )
        )
        THEN 'build'
        WHEN (
          "t28"."tenure" >= 364
        )
        AND (
          (
            "t28"."level" * 5
          ) >= (
            "t28"."peak" * 4
          )
        )
        THEN 'stable'
        ELSE 'build'
      END AS "stage"
    FROM (
      SELECT
        "t27"."customer" AS "customer",
        "t27"."clock" AS "clock",
        "t27"."orders" AS "orders",
        "t27"."first_day" AS "first_day",
        "t27"."last_day" AS "last_day",
        "t27"."gap2" AS "gap2",
        "t27"."p90x10" AS "p90x10",
        "t27"."q0" AS "q0",
        "t27"."q1" AS "q1",
        "t27"."q2" AS "q2",
        "t27"."q3" AS "q3",
        "t27"."peak" AS "peak",
        "t27"."level" AS "level",
        DATE_DIFF(DAY, "t27"."last_day", "t27"."clock") AS "idle",
        DATE_DIFF(DAY, "t27"."first_day", "t27"."clock") AS "tenure",
        "t27"."q0" + "t27"."q1" AS "recent",
        "t27"."q2" + "t27"."q3" AS "before"
      FROM (
        SELECT
          "t25"."customer" AS "customer",
          "t25"."clock" AS "clock",
          "t25"."orders" AS "orders",
          "t25"."first_day" AS "first_day",
          "t25"."last_day" AS "last_day",
          "t25"."gap2" AS "gap2",
          "t25"."p90x10" AS "p90x10",
          "t26"."q0" AS "q0",
          "t26"."q1" AS "q1",
          "t26"."q2" AS "q2",
          "t26"."q3" AS "q3",
          "t26"."peak" AS "peak",
          "t26"."level" AS "level"
        FROM (
          SELECT
            "t16"."customer" AS "customer",
            "t16"."clock" AS "clock",
            COUNT(*) AS "orders",
            MIN("t16"."day") AS "first_day",
            MAX("t16"."day") AS "last_day",
            SUM(
              CASE
                WHEN "t16"."gap" >= 0
                THEN CASE
                  WHEN CASE
                    WHEN (
                      (
                        "t16"."n" - 1
                      ) % 2
                    ) = 1
                    THEN (
                      "t16"."rank" * 2
                    ) = (
                      (
                        "t16"."n" - 1
                      ) + 1
                    )
                    ELSE (
                      (
                        "t16"."rank" * 2
                      ) = (
                        "t16"."n" - 1
                      )
                    )
                    OR (
                      (
                        "t16"."rank" * 2
                      ) = (
                        (
                          "t16"."n" - 1
                        ) + 2
                      )
                    )
                  END
                  THEN "t16"."gap" * CASE WHEN (
                    (
                      "t16"."n" - 1
                    ) % 2
                  ) = 1 THEN 2 ELSE 1 END
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "gap2",
            SUM(
              CASE
                WHEN "t16"."gap" >= 0
                THEN CASE
                  WHEN (
                    (
                      (
                        "t16"."rank" - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          "t16"."rank" - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN "t16"."gap" * (
                    10 - (
                      (
                        (
                          (
                            "t16"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          "t16"."rank" - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        "t16"."rank" - 1
                      ) * 10
                    )
                  )
                  THEN "t16"."gap" * (
                    (
                      (
                        (
                          "t16"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "p90x10"
          FROM (
            SELECT
              "t11"."customer" AS "customer",
              "t11"."day" AS "day",
              "t11"."spend" AS "spend",
              "t11"."clock" AS "clock",
              "t11"."place" AS "place",
              "t11"."n" AS "n",
              "t11"."gap" AS "gap",
              ROW_NUMBER() OVER (
                PARTITION BY "t11"."customer", "t11"."clock"
                ORDER BY "t11"."gap" ASC, "t11"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "rank"
            FROM (
              SELECT
                "t10".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t8"."customer" AS "customer",
                  "t8"."day" AS "day",
                  "t8"."spend" AS "spend",
                  "t8"."clock" AS "clock",
                  "t8"."previous" AS "previous",
                  "t8"."place" AS "place",
                  "t8"."n" AS "n",
                  CASE
                    WHEN "t8"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t8"."previous", "t8"."day")
                  END AS "gap"
                FROM (
                  SELECT
                    "t7"."customer" AS "customer",
                    "t7"."day" AS "day",
                    "t7"."spend" AS "spend",
                    "t7"."clock" AS "clock",
                    lagInFrame("t7"."day", 1) OVER (
                      PARTITION BY "t7"."customer", "t7"."clock"
                      ORDER BY "t7"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t7"."customer", "t7"."clock"
                      ORDER BY "t7"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t7"."customer", "t7"."clock"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM "t6" AS "t7"
                ) AS "t8"
              ) AS "t10"
            ) AS "t11"
          ) AS "t16"
          GROUP BY
            "t16"."customer",
            "t16"."clock"
        ) AS "t25"
        INNER JOIN (
          SELECT
            "t19"."customer" AS "customer",
            "t19"."clock" AS "clock",
            "t19"."q0" AS "q0",
            "t19"."q1" AS "q1",
            "t19"."q2" AS "q2",
            "t19"."q3" AS "q3",
            "t22"."peak" AS "peak",
            "t19"."q0" + "t19"."q1" AS "level"
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."clock" AS "clock",
              SUM(CASE WHEN "t13"."quarter" = 0 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t13"."quarter" = 1 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t13"."quarter" = 2 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t13"."quarter" = 3 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q3"
            FROM "t12" AS "t13"
            GROUP BY
              "t13"."customer",
              "t13"."clock"
          ) AS "t19"
          INNER JOIN (
            SELECT
              "t20"."customer" AS "customer",
              "t20"."clock" AS "clock",
              MAX("t20"."money") AS "peak"
            FROM (
              SELECT
                "t17"."customer" AS "customer",
                "t17"."clock" AS "clock",
                "t17"."pair" AS "pair",
                SUM("t17"."money") AS "money"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."customer" AS "customer",
                    "t13"."clock" AS "clock",
                    "t13"."money" AS "money",
                    "t13"."quarter" AS "pair"
                  FROM "t12" AS "t13"
                ) AS "t14"
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."customer" AS "customer",
                    "t13"."clock" AS "clock",
                    "t13"."money" AS "money",
                    "t13"."quarter" - 1 AS "pair"
                  FROM "t12" AS "t13"
                  WHERE
                    "t13"."quarter" > 0
                ) AS "t15"
              ) AS "t17"
              GROUP BY
                "t17"."customer",
                "t17"."clock",
                "t17"."pair"
            ) AS "t20"
            GROUP BY
              "t20"."customer",
              "t20"."clock"
          ) AS "t22"
            ON "t19"."customer" = "t22"."customer" AND "t19"."clock" = "t22"."clock"
        ) AS "t26"
          ON "t25"."customer" = "t26"."customer" AND "t25"."clock" = "t26"."clock"
      ) AS "t27"
    ) AS "t28"
  ) AS "t29"
  GROUP BY
    "t29"."customer"
) AS "t30";

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
), "t8" AS (
  SELECT
    "t6"."customer" AS "customer",
    "t6"."clock" AS "clock",
    "t6"."quarter" AS "quarter",
    SUM("t6"."spend") AS "money"
  FROM (
    SELECT
      "t3"."customer" AS "customer",
      toDate('2024-06-30') AS "clock",
      "t3"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t3"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM "t2" AS "t3"
  ) AS "t6"
  GROUP BY
    "t6"."customer",
    "t6"."clock",
    "t6"."quarter"
)
SELECT
  "t29"."customer" AS "customer",
  SUM("t29"."spend") AS "year"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t4"."customer" AS "customer",
      "t4"."day" AS "day",
      "t4"."spend" AS "spend",
      "t27"."last_day" AS "last_day"
    FROM "t2" AS "t4"
    INNER JOIN (
      SELECT
        "t25"."customer" AS "customer",
        "t25"."last_day" AS "last_day"
      FROM (
        SELECT
          "t24"."customer" AS "customer",
          "t24"."clock" AS "clock",
          "t24"."orders" AS "orders",
          "t24"."first_day" AS "first_day",
          "t24"."last_day" AS "last_day",
          "t24"."gap2" AS "gap2",
          "t24"."p90x10" AS "p90x10",
          "t22"."q0" AS "q0",
          "t22"."q1" AS "q1",
          "t22"."q2" AS "q2",
          "t22"."q3" AS "q3",
          "t22"."peak" AS "peak",
          "t22"."level" AS "level"
        FROM (
          SELECT
            "t17"."customer" AS "customer",
            "t17"."clock" AS "clock",
            COUNT(*) AS "orders",
            MIN("t17"."day") AS "first_day",
            MAX("t17"."day") AS "last_day",
            SUM(
              CASE
                WHEN "t17"."gap" >= 0
                THEN CASE
                  WHEN CASE
                    WHEN (
                      (
                        "t17"."n" - 1
                      ) % 2
                    ) = 1
                    THEN (
                      "t17"."rank" * 2
                    ) = (
                      (
                        "t17"."n" - 1
                      ) + 1
                    )
                    ELSE (
                      (
                        "t17"."rank" * 2
                      ) = (
                        "t17"."n" - 1
                      )
                    )
                    OR (
                      (
                        "t17"."rank" * 2
                      ) = (
                        (
                          "t17"."n" - 1
                        ) + 2
                      )
                    )
                  END
                  THEN "t17"."gap" * CASE WHEN (
                    (
                      "t17"."n" - 1
                    ) % 2
                  ) = 1 THEN 2 ELSE 1 END
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "gap2",
            SUM(
              CASE
                WHEN "t17"."gap" >= 0
                THEN CASE
                  WHEN (
                    (
                      (
                        "t17"."rank" - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          "t17"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t17"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          "t17"."rank" - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN "t17"."gap" * (
                    10 - (
                      (
                        (
                          (
                            "t17"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          "t17"."rank" - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          "t17"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t17"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        "t17"."rank" - 1
                      ) * 10
                    )
                  )
                  THEN "t17"."gap" * (
                    (
                      (
                        (
                          "t17"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "p90x10"
          FROM (
            SELECT
              "t11"."customer" AS "customer",
              "t11"."day" AS "day",
              "t11"."spend" AS "spend",
              "t11"."clock" AS "clock",
              "t11"."place" AS "place",
              "t11"."n" AS "n",
              "t11"."gap" AS "gap",
              ROW_NUMBER() OVER (
                PARTITION BY "t11"."customer", "t11"."clock"
                ORDER BY "t11"."gap" ASC, "t11"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "rank"
            FROM (
              SELECT
                "t10".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t7"."customer" AS "customer",
                  "t7"."day" AS "day",
                  "t7"."spend" AS "spend",
                  "t7"."clock" AS "clock",
                  "t7"."previous" AS "previous",
                  "t7"."place" AS "place",
                  "t7"."n" AS "n",
                  CASE
                    WHEN "t7"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t7"."previous", "t7"."day")
                  END AS "gap"
                FROM (
                  SELECT
                    "t5"."customer" AS "customer",
                    "t5"."day" AS "day",
                    "t5"."spend" AS "spend",
                    "t5"."clock" AS "clock",
                    lagInFrame("t5"."day", 1) OVER (
                      PARTITION BY "t5"."customer", "t5"."clock"
                      ORDER BY "t5"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t5"."customer", "t5"."clock"
                      ORDER BY "t5"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t5"."customer", "t5"."clock"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM (
                    SELECT
                      "t3"."customer" AS "customer",
                      "t3"."day" AS "day",
                      "t3"."spend" AS "spend",
                      toDate('2024-06-30') AS "clock"
                    FROM "t2" AS "t3"
                  ) AS "t5"
                ) AS "t7"
              ) AS "t10"
            ) AS "t11"
          ) AS "t17"
          GROUP BY
            "t17"."customer",
            "t17"."clock"
        ) AS "t24"
        INNER JOIN (
          SELECT
            "t16"."customer" AS "customer",
            "t16"."clock" AS "clock",
            "t16"."q0" AS "q0",
            "t16"."q1" AS "q1",
            "t16"."q2" AS "q2",
            "t16"."q3" AS "q3",
            "t20"."peak" AS "peak",
            "t16"."q0" + "t16"."q1" AS "level"
          FROM (
            SELECT
              "t9"."customer" AS "customer",
              "t9"."clock" AS "clock",
              SUM(CASE WHEN "t9"."quarter" = 0 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t9"."quarter" = 1 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t9"."quarter" = 2 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t9"."quarter" = 3 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q3"
            FROM "t8" AS "t9"
            GROUP BY
              "t9"."customer",
              "t9"."clock"
          ) AS "t16"
          INNER JOIN (
            SELECT
              "t18"."customer" AS "customer",
              "t18"."clock" AS "clock",
              MAX("t18"."money") AS "peak"
            FROM (
              SELECT
                "t14"."customer" AS "customer",
                "t14"."clock" AS "clock",
                "t14"."pair" AS "pair",
                SUM("t14"."money") AS "money"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t9"."customer" AS "customer",
                    "t9"."clock" AS "clock",
                    "t9"."money" AS "money",
                    "t9"."quarter" AS "pair"
                  FROM "t8" AS "t9"
                ) AS "t12"
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    "t9"."customer" AS "customer",
                    "t9"."clock" AS "clock",
                    "t9"."money" AS "money",
                    "t9"."quarter" - 1 AS "pair"
                  FROM "t8" AS "t9"
                  WHERE
                    "t9"."quarter" > 0
                ) AS "t13"
              ) AS "t14"
              GROUP BY
                "t14"."customer",
                "t14"."clock",
                "t14"."pair"
            ) AS "t18"
            GROUP BY
              "t18"."customer",
              "t18"."clock"
          ) AS "t20"
            ON "t16"."customer" = "t20"."customer" AND "t16"."clock" = "t20"."clock"
        ) AS "t22"
          ON "t24"."customer" = "t22"."customer" AND "t24"."clock" = "t22"."clock"
      ) AS "t25"
    ) AS "t27"
      ON "t4"."customer" = "t27"."customer"
  ) AS "t28"
  WHERE
    DATE_DIFF(DAY, "t28"."day", "t28"."last_day") < 365
) AS "t29"
GROUP BY
  "t29"."customer";

-- thinning_out
SELECT
  "t15"."customer" AS "customer",
  "t15"."orders" AS "orders",
  "t15"."last_day" AS "last_day",
  DATE_DIFF(DAY, "t15"."last_day", "t15"."clock") AS "idle",
  (
    DATE_DIFF(DAY, "t15"."last_day", "t15"."clock") * 10
  ) > "t15"."p90x10" AS "late",
  CASE
    WHEN (
      "t15"."orders" >= 5
    )
    AND (
      (
        "t15"."least" * 2 * 2
      ) > (
        "t15"."earlier2" * 3
      )
    )
    THEN TRUE
    ELSE FALSE
  END AS "slower",
  CAST("t15"."gap2" AS Nullable(Float64)) / 2 AS "gap",
  CAST("t15"."p90x10" AS Nullable(Float64)) / 10 AS "p90"
FROM (
  SELECT
    "t14"."customer" AS "customer",
    "t14"."clock" AS "clock",
    "t14"."orders" AS "orders",
    "t14"."first_day" AS "first_day",
    "t14"."last_day" AS "last_day",
    "t14"."gap2" AS "gap2",
    "t14"."p90x10" AS "p90x10",
    "t13"."customer" AS "customer_right",
    "t13"."clock" AS "clock_right",
    "t13"."earlier2" AS "earlier2",
    "t13"."least" AS "least"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t8"."customer" AS "customer",
        "t8"."clock" AS "clock",
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
        ) AS "p90x10"
      FROM (
        SELECT
          "t6"."customer" AS "customer",
          "t6"."day" AS "day",
          "t6"."spend" AS "spend",
          "t6"."clock" AS "clock",
          "t6"."place" AS "place",
          "t6"."n" AS "n",
          "t6"."gap" AS "gap",
          ROW_NUMBER() OVER (
            PARTITION BY "t6"."customer", "t6"."clock"
            ORDER BY "t6"."gap" ASC, "t6"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "rank"
        FROM (
          SELECT
            "t5".*
            EXCEPT ("previous")
          FROM (
            SELECT
              "t4"."customer" AS "customer",
              "t4"."day" AS "day",
              "t4"."spend" AS "spend",
              "t4"."clock" AS "clock",
              "t4"."previous" AS "previous",
              "t4"."place" AS "place",
              "t4"."n" AS "n",
              CASE
                WHEN "t4"."place" = 0
                THEN -1
                ELSE DATE_DIFF(DAY, "t4"."previous", "t4"."day")
              END AS "gap"
            FROM (
              SELECT
                "t3"."customer" AS "customer",
                "t3"."day" AS "day",
                "t3"."spend" AS "spend",
                "t3"."clock" AS "clock",
                lagInFrame("t3"."day", 1) OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ORDER BY "t3"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "previous",
                ROW_NUMBER() OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ORDER BY "t3"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) - 1 AS "place",
                COUNT(*) OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "n"
              FROM (
                SELECT
                  "t2"."customer" AS "customer",
                  "t2"."day" AS "day",
                  "t2"."spend" AS "spend",
                  toDate('2024-06-30') AS "clock"
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
      ) AS "t8"
      GROUP BY
        "t8"."customer",
        "t8"."clock"
    ) AS "t10"
    WHERE
      "t10"."orders" >= 4
  ) AS "t14"
  LEFT OUTER JOIN (
    SELECT
      "t9"."customer" AS "customer",
      "t9"."clock" AS "clock",
      SUM(
        CASE
          WHEN "t9"."late"
          THEN 0
          ELSE CASE
            WHEN CASE
              WHEN (
                "t9"."many" % 2
              ) = 1
              THEN (
                "t9"."rank" * 2
              ) = (
                "t9"."many" + 1
              )
              ELSE (
                (
                  "t9"."rank" * 2
                ) = "t9"."many"
              )
              OR (
                (
                  "t9"."rank" * 2
                ) = (
                  "t9"."many" + 2
                )
              )
            END
            THEN "t9"."gap" * CASE WHEN (
              "t9"."many" % 2
            ) = 1 THEN 2 ELSE 1 END
            ELSE 0
          END
        END
      ) AS "earlier2",
      minIf("t9"."gap", "t9"."late") AS "least"
    FROM (
      SELECT
        "t7"."customer" AS "customer",
        "t7"."day" AS "day",
        "t7"."spend" AS "spend",
        "t7"."clock" AS "clock",
        "t7"."place" AS "place",
        "t7"."n" AS "n",
        "t7"."gap" AS "gap",
        "t7"."late" AS "late",
        "t7"."many" AS "many",
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t7"."customer", "t7"."clock", "t7"."late"
            ORDER BY "t7"."gap" ASC, "t7"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) + 1 AS "rank"
      FROM (
        SELECT
          "t6"."customer" AS "customer",
          "t6"."day" AS "day",
          "t6"."spend" AS "spend",
          "t6"."clock" AS "clock",
          "t6"."place" AS "place",
          "t6"."n" AS "n",
          "t6"."gap" AS "gap",
          "t6"."place" >= (
            "t6"."n" - 2
          ) AS "late",
          "t6"."n" - 3 AS "many"
        FROM (
          SELECT
            "t5".*
            EXCEPT ("previous")
          FROM (
            SELECT
              "t4"."customer" AS "customer",
              "t4"."day" AS "day",
              "t4"."spend" AS "spend",
              "t4"."clock" AS "clock",
              "t4"."previous" AS "previous",
              "t4"."place" AS "place",
              "t4"."n" AS "n",
              CASE
                WHEN "t4"."place" = 0
                THEN -1
                ELSE DATE_DIFF(DAY, "t4"."previous", "t4"."day")
              END AS "gap"
            FROM (
              SELECT
                "t3"."customer" AS "customer",
                "t3"."day" AS "day",
                "t3"."spend" AS "spend",
                "t3"."clock" AS "clock",
                lagInFrame("t3"."day", 1) OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ORDER BY "t3"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "previous",
                ROW_NUMBER() OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ORDER BY "t3"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) - 1 AS "place",
                COUNT(*) OVER (
                  PARTITION BY "t3"."customer", "t3"."clock"
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "n"
              FROM (
                SELECT
                  "t2"."customer" AS "customer",
                  "t2"."day" AS "day",
                  "t2"."spend" AS "spend",
                  toDate('2024-06-30') AS "clock"
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
        WHERE
          "t6"."gap" >= 0
      ) AS "t7"
    ) AS "t9"
    GROUP BY
      "t9"."customer",
      "t9"."clock"
  ) AS "t13"
    ON "t14"."customer" = "t13"."customer" AND "t14"."clock" = "t13"."clock"
) AS "t15";

-- cohorts_month
SELECT
  "t4"."cohort" AS "cohort",
  "t4"."age" AS "age",
  COUNT(*) AS "customers",
  SUM("t4"."amount") AS "revenue"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."period" AS "period",
    "t3"."amount" AS "amount",
    "t3"."cohort" AS "cohort",
    "t3"."period" - "t3"."cohort" AS "age"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."period" AS "period",
      "t2"."amount" AS "amount",
      MIN("t2"."period") OVER (
        PARTITION BY "t2"."customer"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "cohort"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        "t1"."period" AS "period",
        SUM("t1"."amount") AS "amount"
      FROM (
        SELECT
          "t0"."customer" AS "customer",
          "t0"."amount" AS "amount",
          CAST((
            (
              (
                (
                  CAST(toYear("t0"."day") AS Nullable(Int64)) * 12
                ) + CAST(toMonth("t0"."day") AS Nullable(Int64))
              ) - 1
            ) - (
              (
                (
                  (
                    CAST(toYear("t0"."day") AS Nullable(Int64)) * 12
                  ) + CAST(toMonth("t0"."day") AS Nullable(Int64))
                ) - 1
              ) % 1
            )
          ) / 1 AS Nullable(Int64)) AS "period"
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer",
        "t1"."period"
    ) AS "t2"
  ) AS "t3"
) AS "t4"
GROUP BY
  "t4"."cohort",
  "t4"."age";

-- cohorts_week
SELECT
  "t4"."cohort" AS "cohort",
  "t4"."age" AS "age",
  COUNT(*) AS "customers",
  SUM("t4"."amount") AS "revenue"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."period" AS "period",
    "t3"."amount" AS "amount",
    "t3"."cohort" AS "cohort",
    "t3"."period" - "t3"."cohort" AS "age"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."period" AS "period",
      "t2"."amount" AS "amount",
      MIN("t2"."period") OVER (
        PARTITION BY "t2"."customer"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "cohort"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        "t1"."period" AS "period",
        SUM("t1"."amount") AS "amount"
      FROM (
        SELECT
          "t0"."customer" AS "customer",
          "t0"."amount" AS "amount",
          CAST((
            (
              DATE_DIFF(DAY, toDate('1970-01-05'), "t0"."day") + 700000
            ) - (
              (
                DATE_DIFF(DAY, toDate('1970-01-05'), "t0"."day") + 700000
              ) % 7
            )
          ) / 7 AS Nullable(Int64)) AS "period"
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer",
        "t1"."period"
    ) AS "t2"
  ) AS "t3"
) AS "t4"
GROUP BY
  "t4"."cohort",
  "t4"."age";

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

